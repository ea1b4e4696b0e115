// What is firing, since when, and how far beyond its threshold.

/** Alerts of one state that are drawn before "show more" is asked for. */
const ALERTS_DRAWN = 100;
/** Small charts that are filled at once, from the top; the others when an alert is opened. */
const SMALL_CHARTS = 30;
/** Changes that are listed. */
const CHANGES_SHOWN = 30;

const SEVERITIES = ["critical", "page", "emergency", "error", "high", "warning", "medium", "info", "low", "none"];

class AlertsView {
  title = "Alerts";
  refreshSeconds = 5;

  constructor(root, go) {
    this.go = go;
    this.rules = new Latest();
    this.history = new Latest();
    this.charts = new RuleCharts();
    this.drawn = { firing: ALERTS_DRAWN, pending: ALERTS_DRAWN, inactive: ALERTS_DRAWN };
    this.filter = element("input", {
      type: "search", id: "filter", placeholder: "Filter: severity=critical, a word", "aria-label": "Filter alerts by labels and words",
      input: () => { go({ filter: this.filter.value || null }); this.draw(); },
    });
    this.summary = element("div", { class: "summary", role: "status", "aria-live": "polite" });
    this.fault = element("div");
    this.sections = Object.fromEntries(["firing", "pending", "inactive"].map((state) => [state, alertSection(state)]));
    this.changes = element("section", { class: "changes", hidden: true });
    fill(root, element("div", { class: "bar" }, element("h1", {}, "Alerts"), this.summary, this.filter), this.fault,
      Object.values(this.sections).map(({ section }) => section), this.changes);
  }

  update(parameters) {
    if (document.activeElement !== this.filter) this.filter.value = parameters.get("filter") ?? "";
    this.draw();
  }

  refresh() {
    this.rules.run(
      (signal) => ask("rules", { type: "alert" }, { signal }),
      ({ data }) => { this.groups = data.groups; fill(this.fault); this.draw(); },
      (error) => fill(this.fault, faultLine(error)));
    this.history.run(
      (signal) => ask("alert_history", { type: "transition", limit: CHANGES_SHOWN }, { signal }),
      ({ data }) => this.drawChanges(data.entries),
      (error) => { if (error.status !== 404) this.drawFault(error); });
  }

  leave() {
    this.rules.stop();
    this.history.stop();
  }

  draw() {
    if (!this.groups) return;
    const all = this.groups.flatMap((group) => group.rules.map((rule) => ({ rule, group })));
    // Alerts of two rules may have the same labels.
    const keyOf = (alert, rule, group) => `${seriesName(alert.labels)}\n${ruleKey(rule, group)}`;
    const alerts = all.flatMap(({ rule, group }) => (rule.alerts ?? []).map((alert) => ({ alert, rule, group, key: keyOf(alert, rule, group) })));
    const count = { firing: 0, pending: 0 };
    for (const { alert } of alerts) count[alert.state] = (count[alert.state] ?? 0) + 1;
    const quiet = all.filter(({ rule }) => (rule.alerts ?? []).length === 0);
    this.drawSummary(count, quiet.length, all.filter(({ rule }) => rule.health === "err").length);
    announceFiring(count.firing);
    const wanted = filterOf(this.filter.value);
    const chosen = alerts.filter(({ alert, rule }) => wanted(alert.labels, [rule.query, ...Object.values(alert.annotations ?? {})])).sort(byUrgency);
    let charts = SMALL_CHARTS;
    for (const state of ["firing", "pending"]) {
      const ofState = chosen.filter(({ alert }) => alert.state === state);
      charts = this.drawAlerts(state, ofState, charts, count[state]);
    }
    this.drawQuiet(quiet.filter(({ rule }) => wanted({ alertname: rule.name, ...rule.labels }, [rule.query])), quiet.length);
  }

  drawSummary(count, quiet, failing) {
    const tile = (number, word, state) => span(`tile ${number > 0 ? state : "none"}`, element("b", {}, number.toLocaleString("en")), " ", word);
    fillOnce(this.summary, JSON.stringify([count, quiet, failing]),
      tile(count.firing, "firing", "firing"), tile(count.pending, "pending", "pending"), tile(quiet, "quiet", "inactive"),
      failing > 0 ? element("a", { class: "tile firing", href: "#rules?health=err" },
        element("b", {}, failing), failing > 1 ? " rules fail" : " rule fails") : null);
  }

  drawAlerts(state, alerts, charts, total) {
    const { section, heading, list, more } = this.sections[state];
    section.hidden = alerts.length === 0 && !(state === "firing");
    fillOnce(heading, `${alerts.length}/${total}`, capitalized(state), " ", countMark(alerts.length, total));
    const shown = alerts.slice(0, this.drawn[state]);
    let left = charts;
    const make = () => new AlertRow(this.charts).node;
    reconcile(list, shown, ({ key }) => key, make, (node, item) => node.row.update(item, left-- > 0));
    if (alerts.length === 0) fillOnce(more, "none", quietLine(total > 0 ? "No alert matches the filter." : "Nothing is firing."));
    else fillOnce(more, `${shown.length}/${alerts.length}`, moreButton(shown.length, alerts.length, "alerts", () => this.drawMore(state)));
    return Math.max(0, left);
  }

  drawQuiet(rules, total) {
    const { section, heading, list, more } = this.sections.inactive;
    section.hidden = total === 0;
    fillOnce(heading, `${rules.length}/${total}`, "Quiet ", countMark(rules.length, total));
    const shown = rules.slice(0, this.drawn.inactive);
    const update = (node, { rule }) => fillOnce(
      node, JSON.stringify([rule.health, rule.lastError]),
      element("strong", {}, rule.name), " ", severityMark(rule.labels?.severity), expressionLink(rule.query),
      rule.health === "err" ? span("fault", rule.lastError) : null);
    reconcile(list, shown, ({ rule, group }) => ruleKey(rule, group), () => element("li", { class: "quiet-rule" }), update);
    fillOnce(more, `${shown.length}/${rules.length}`, moreButton(shown.length, rules.length, "rules", () => this.drawMore("inactive")));
  }

  drawMore(state) {
    this.drawn[state] += ALERTS_DRAWN * 2;
    this.draw();
  }

  drawChanges(changes) {
    this.changes.hidden = changes.length === 0;
    fillOnce(this.changes, JSON.stringify(changes), element("h2", {}, "What happened"), changesList(changes, true));
  }

  drawFault(error) {
    this.changes.hidden = false;
    fill(this.changes, element("h2", {}, "What happened"), faultLine(error));
  }
}

/** What tells a rule from all others. */
function ruleKey(rule, group) {
  return [group.file, group.name, rule.name, rule.query, rule.duration, JSON.stringify(rule.labels)].join("\n");
}

/** How many there are, and how many of them the filter lets through. */
function countMark(shown, total) {
  const [some, all] = [shown.toLocaleString("en"), total.toLocaleString("en")];
  return span("count", shown < total ? `${some} of ${all}` : all);
}

function alertSection(state) {
  const heading = element("h2");
  const list = element("ul", { class: "alerts", id: state });
  const more = element("div");
  const section = state === "inactive"
    ? element("details", { class: `state ${state}`, hidden: true }, element("summary", {}, heading), list, more)
    : element("section", { class: `state ${state}`, hidden: true }, heading, list, more);
  return { section, heading, list, more };
}

/** The firing ones first by severity, the newest first among equals. */
function byUrgency(a, b) {
  const rank = ({ alert }) => {
    const place = SEVERITIES.indexOf(alert.labels.severity);
    return place < 0 ? SEVERITIES.length : place;
  };
  return rank(a) - rank(b) || Date.parse(b.alert.activeAt) - Date.parse(a.alert.activeAt) || (a.key < b.key ? -1 : 1);
}

/** Reads `severity=critical word`: pairs must be among the labels, words anywhere. */
function filterOf(text) {
  const terms = text.trim().toLowerCase().split(/\s+/).filter(Boolean).map((term) => term.match(/^([\w.]+)=(.*)$/) ?? [term]);
  return (labels, texts) => terms.every(([term, name, value]) => {
    const pairs = Object.entries(labels);
    if (name) return pairs.some(([label, text]) => label.toLowerCase() === name && text.toLowerCase().includes(value));
    return pairs.some(([label, text]) => `${label}=${text}`.toLowerCase().includes(term)) || texts.some((text) => text.toLowerCase().includes(term));
  });
}

function capitalized(text) {
  return text[0].toUpperCase() + text.slice(1);
}

