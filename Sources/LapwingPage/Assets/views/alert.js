// One alert: a line that opens, with its value against its threshold and the chart of the last hour.

/** Series of one rule's chart that are asked for. */
const CHART_SERIES = 500;
/** The time that an alert's chart shows, and its step, in seconds. */
const [CHART_RANGE, CHART_STEP] = [3600, 15];
/** The least that it shows, in seconds, of a service that has only begun. */
const CHART_RANGE_MINIMUM = 300;
/** Milliseconds for which a chart's samples are good enough. */
const CHART_LIFE = 15_000;
/** Thresholds by expression, from `parse_query`: a promise each. */
const thresholds = new Map();

/** The threshold of an expression, or null; asked for once. */
function thresholdFor(expression) {
  if (!thresholds.has(expression)) {
    const asked = ask("parse_query", { query: expression }).then(({ data }) => thresholdOf(data));
    asked.catch(() => thresholds.delete(expression));
    thresholds.set(expression, asked);
  }
  return thresholds.get(expression);
}

/** What a rule's chart shows, asked for once a while and shared by its alerts. */
class RuleCharts {
  #answers = new Map();

  async of(rule, signal) {
    const known = this.#answers.get(rule.query);
    if (known && Date.now() - known.at < CHART_LIFE) return known.answer;
    const answer = this.load(rule, signal);
    this.#answers.set(rule.query, { at: Date.now(), answer });
    answer.catch(() => this.#answers.delete(rule.query));
    return answer;
  }

  async load(rule, signal) {
    const threshold = await thresholdFor(rule.query).catch(() => null);
    const end = Math.floor(now() / 1000);
    const window = { start: end - CHART_RANGE, end, step: CHART_STEP, limit: CHART_SERIES };
    const line = (query) => ask("query_range", { query, ...window }, { signal, timeout: 15_000 }).then(({ data }) => data.result);
    const [series, limits] = await Promise.all([line(threshold?.left ?? rule.query), threshold?.right ? line(threshold.right) : []]);
    return { threshold, series, limits, start: startOf([...series, ...limits], window.start), end: end * 1000 };
  }
}

/** Where a chart begins, in milliseconds: at the first sample when there are only minutes of them. */
function startOf(series, start) {
  const first = Math.min(...series.map(({ values }) => values?.[0]?.[0] ?? Infinity));
  const latest = start + CHART_RANGE - CHART_RANGE_MINIMUM;
  return Math.max(start, Math.min(first, latest)) * 1000;
}

/** The series that an alert came from: its labels, the rule's own aside, are among the alert's. */
function seriesOfAlert(series, alert, rule) {
  const own = new Set([...Object.keys(rule.labels ?? {}), "__name__"]);
  const belongs = ({ metric }) => Object.entries(metric).every(([name, value]) => own.has(name) || alert.labels[name] === value);
  return series.filter(belongs).sort((a, b) => Object.keys(b.metric).length - Object.keys(a.metric).length)[0] ?? null;
}

/** The series to compare with: the one whose labels the alert has, else the only one. */
function limitOfAlert(limits, alert, rule) {
  return seriesOfAlert(limits, alert, rule) ?? (limits.length === 1 ? limits[0] : null);
}

function severityMark(severity) {
  return severity ? span(`severity severity-${SEVERITIES.indexOf(severity) < 5 ? "high" : "low"}`, severity) : null;
}

/** An expression that leads to the query view. */
function expressionLink(expression, tab = "chart") {
  const href = `#query?${new URLSearchParams({ expr: expression, tab })}`;
  return element("a", { class: "expression", href, title: "Open in the query view" }, expression);
}

/** Changes of alerts, the newest first; their names where several alerts are listed. */
function changesList(changes, isNamed) {
  return element("ol", { class: "change-list" }, changes.map(({ time, change, labels, value }) => element(
    "li", {}, element("time", { datetime: time, title: formatTime(Date.parse(time)) }, formatClock(Date.parse(time))),
    span(`change ${change}`, change),
    isNamed ? element("strong", {}, labels.alertname) : null, span("value", formatNumber(parseNumber(value))),
    isNamed ? span("labels", labelMarks(labels, ["alertname"])) : null)));
}

/** One alert: a line that opens. */
class AlertRow {
  constructor(charts) {
    this.charts = charts;
    this.small = new Latest();
    this.large = new Latest();
    this.history = new Latest();
    this.name = element("span", { class: "alert-name" });
    this.told = element("span", { class: "told" });
    this.value = element("span", { class: "measure" });
    this.since = element("span", { class: "since" });
    this.spark = element("span", { class: "spark" });
    this.body = element("div", { class: "alert-body" });
    this.details = element("details", { toggle: () => this.drawBody() },
      element("summary", {}, this.name, this.value, this.since, this.spark, this.told), this.body);
    this.node = element("li", {}, this.details);
    this.node.row = this;
  }

  /** `hasChart`: whether the small chart is filled without being asked for. */
  update(item, hasChart) {
    this.item = item;
    const { alert, rule } = item;
    const labels = labelMarks(alert.labels, ["alertname", "severity"]);
    this.node.className = `alert ${alert.state}`;
    fillOnce(
      this.name, alert.state + item.key, span(`mark ${alert.state}`, alert.state), element("strong", {}, alert.labels.alertname), " ",
      severityMark(alert.labels.severity), span("labels", labels));
    const { summary, description, message } = alert.annotations ?? {};
    fillOnce(this.told, summary ?? description ?? message ?? "", summary ?? description ?? message ?? "");
    this.drawSince(alert, rule);
    if (!this.value.hasChildNodes()) this.drawValue(alert, null);
    thresholdFor(rule.query).then((threshold) => this.drawValue(alert, threshold), () => this.drawValue(alert, null));
    if (hasChart) this.drawSmall();
    if (this.details.open) this.drawBody();
  }

  drawSince(alert, rule) {
    const since = parseTime(alert.activeAt);
    const parts = [age(since), element("small", {}, `since ${formatClock(since)}`)];
    if (alert.state === "pending" && rule.duration > 0) {
      const whole = formatDuration(rule.duration);
      const value = Math.min(rule.duration, (now() - since) / 1000);
      const title = `fires at ${formatClock(since + rule.duration * 1000)}`;
      parts.push(
        element("small", {}, `of ${whole}, ${title}`),
        element("progress", { max: rule.duration, value, "data-from": since, "aria-label": `pending for ${whole}`, title }));
    }
    if (alert.keepFiringSince) {
      parts.push(element("small", {}, "gone for ", age(parseTime(alert.keepFiringSince)), `, kept for ${formatDuration(rule.keepFiringFor)}`));
    }
    fillOnce(this.since, [alert.state, alert.activeAt, alert.keepFiringSince, rule.duration].join(), parts);
  }

  drawValue(alert, threshold) {
    const value = parseNumber(alert.value);
    const limit = threshold?.value;
    const beyond = excess(value, threshold);
    fillOnce(this.value, JSON.stringify([alert.value, threshold]),
      element("b", {}, formatNumber(value)),
      threshold ? span("limit", ` ${threshold.operator} ${limit === null ? threshold.right : formatNumber(limit)}`) : null,
      beyond ? element("small", {}, beyond) : null,
      Number.isFinite(limit) && limit > 0 && value >= 0 && Number.isFinite(value) ? gauge(value, limit) : null);
  }

  drawSmall() {
    const { alert, rule } = this.item;
    this.small.run(
      (signal) => this.charts.of(rule),
      (answer) => this.showChart(this.spark, "spark", answer, alert, rule, { height: 34, isSmall: true }),
      () => fill(this.spark));
  }

  showChart(host, name, answer, alert, rule, options) {
    const found = seriesOfAlert(answer.series, alert, rule);
    if (!found) {
      const why = `No samples of this alert in the last hour among the first ${CHART_SERIES} series of its rule.`;
      return fillOnce(host, "none", options.isSmall ? null : quietLine(why));
    }
    const limit = answer.limits.length > 0 ? limitOfAlert(answer.limits, alert, rule) : null;
    const lines = [{ name: seriesName(found.metric), points: pointsOf(found), index: 0 }];
    if (limit) lines.push({ name: "threshold", points: pointsOf(limit), isThreshold: true });
    const key = `${name}Chart`;
    host.dataset.version = "chart";
    this[key] ??= new Chart(host);
    this[key].show({
      series: lines, start: answer.start, end: answer.end, step: CHART_STEP, threshold: answer.threshold?.value === null ? null : answer.threshold,
      label: `${alert.labels.alertname} over the last hour, now ${alert.value}`, ...options,
    });
  }

  drawBody() {
    if (!this.details.open) return;
    const { alert, rule, group } = this.item;
    const isNew = this.body.dataset.version !== this.item.key;
    if (isNew) {
      this.large.stop();
      this.chartHost = element("div", { class: "chart-host" });
      this.past = element("div");
      this.facts = element("dl", { class: "facts" });
      this.bodyChart = null;
      fillOnce(this.body, this.item.key, this.chartHost, this.facts, this.past);
    }
    fillOnce(this.facts, JSON.stringify([alert.annotations, alert.activeAt, alert.value, rule.query]),
      fact("Since", formatTime(parseTime(alert.activeAt))),
      fact("Value", alert.value),
      Object.entries(alert.annotations ?? {}).map(([name, text]) => fact(name, linked(text))),
      fact("Labels", span("labels", labelMarks(alert.labels))),
      fact("Expression", expressionLink(rule.query)),
      fact("Why", explainLink(rule.name, alert.labels)),
      fact("Rule", [`${group.name} in ${group.file}`, ...holdTexts(rule)].join(", ")));
    this.large.run(
      (signal) => this.charts.of(rule),
      (answer) => this.showChart(this.chartHost, "body", answer, alert, rule, { height: 180 }),
      (error) => fillOnce(this.chartHost, error.message, faultLine(error)));
    this.drawHistory(alert, group);
  }

  drawHistory({ labels }, group) {
    const name = seriesName(labels);
    const isMine = (change) => seriesName(change.labels) === name && change.group === group.name && change.file === group.file;
    const selector = `{${Object.entries(labels).map(([name, value]) => `${printName(name)}=${JSON.stringify(value)}`).join(",")}}`;
    const show = (mine) => fillOnce(
      this.past, JSON.stringify(mine), mine.length > 0 ? [element("h3", {}, "History"), changesList(mine, false)] : null);
    this.history.run(
      (signal) => ask("alert_history", { type: "transition", "match[]": selector, limit: CHANGES_SHOWN }, { signal }),
      // Others may have these labels and more, and another group's just these.
      ({ data }) => show(data.entries.filter(isMine)),
      (error) => error.status === 404 ? show([]) : fillOnce(this.past, error.message, faultLine(error)));
  }
}

/** A rule's `for` and `keep_firing_for` where it has them. */
function holdTexts(rule) {
  return [
    rule.duration > 0 ? `for ${formatDuration(rule.duration)}` : null,
    rule.keepFiringFor > 0 ? `kept firing for ${formatDuration(rule.keepFiringFor)}` : null,
  ].filter(Boolean);
}

/** How a value stands to a limit, as a bar with a mark. */
function gauge(value, limit) {
  const end = Math.max(value, limit) * 1.15;
  return shape("svg", { class: "gauge", viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true" },
    shape("rect", { class: "track", width: 100, height: 6 }), shape("rect", { class: "fill", width: (value / end) * 100, height: 6 }),
    shape("rect", { class: "notch", x: (limit / end) * 100, width: 1.2, height: 6 }));
}

function fact(name, ...value) {
  return [element("dt", {}, name), element("dd", {}, value)];
}

/** A text that is a web address leads there. */
function linked(text) {
  return /^https?:\/\/\S+$/.test(text) ? element("a", { href: text, rel: "noreferrer noopener", target: "_blank" }, text) : text;
}
