// Rules by file and group: health, last error, duration, cost.

/** Rules that are drawn before "show more" is asked for. */
const RULES_DRAWN = 500;

class RulesView {
  title = "Rules";
  refreshSeconds = 10;

  constructor(root, go) {
    this.go = go;
    this.latest = new Latest();
    this.drawn = RULES_DRAWN;
    this.filter = element("input", {
      type: "search", id: "filter", placeholder: "Filter by name, expression, file", "aria-label": "Filter rules",
      input: () => { go({ filter: this.filter.value || null }); this.draw(); },
    });
    const healths = [["", "any health"], ["err", "failing"], ["ok", "ok"], ["unknown", "not evaluated yet"]];
    this.health = choice("Health", healths, (value) => go({ health: value || null }));
    this.order = choice("Order", [["", "as in the files"], ["cost", "most costly first"]], (value) => go({ order: value || null }));
    this.summary = element("div", { class: "summary" });
    this.fault = element("div");
    this.groups = element("div");
    const bar = element("div", { class: "bar" }, element("h1", {}, "Rules"), this.summary, this.filter, this.health, this.order);
    fill(root, bar, this.fault, this.groups);
  }

  update(parameters) {
    if (document.activeElement !== this.filter) this.filter.value = parameters.get("filter") ?? "";
    this.health.value = parameters.get("health") ?? "";
    this.order.value = parameters.get("order") ?? "";
    this.draw();
  }

  refresh() {
    this.latest.run(
      (signal) => ask("rules", { exclude_alerts: "true", stats: "all" }, { signal }),
      ({ data }) => { this.data = data.groups; fill(this.fault); this.draw(); },
      (error) => fill(this.fault, faultLine(error)));
  }

  leave() {
    this.latest.stop();
  }

  draw() {
    if (!this.data) return;
    const all = this.data.flatMap((group) => group.rules);
    const failing = all.filter((rule) => rule.health === "err").length;
    fillOnce(
      this.summary, `${all.length}/${failing}/${this.data.length}`,
      span("tile none", element("b", {}, all.length), ` in ${this.data.length} ${this.data.length === 1 ? "group" : "groups"}`),
      failing > 0 ? span("tile firing", element("b", {}, failing), " failing") : null);
    let left = this.drawn;
    const blocks = this.chosen().map(({ group, rules }) => {
      const shown = rules.slice(0, Math.max(0, left));
      left -= shown.length;
      return shown.length > 0 ? groupBlock(group, shown) : null;
    });
    const total = this.chosen().reduce((sum, { rules }) => sum + rules.length, 0);
    const focused = document.activeElement?.closest?.("[data-rule]")?.dataset.rule;
    const drawMore = () => {
      this.drawn += RULES_DRAWN;
      this.draw();
    };
    const none = all.length === 0 ? "No rules are loaded. Give rule files with --rules or in the configuration." : "No rule matches the filter.";
    fill(this.groups, blocks, moreButton(Math.min(this.drawn, total), total, "rules", drawMore), total === 0 ? quietLine(none) : null);
    if (focused) this.groups.querySelector(`[data-rule="${CSS.escape(focused)}"] a`)?.focus();
  }

  /** The groups with those of their rules that the filters let through; those without any are left out. */
  chosen() {
    const wanted = filterOf(this.filter.value);
    const takes = (rule, group) => (!this.health.value || rule.health === this.health.value)
      && wanted({ ...rule.labels, alertname: rule.name }, [rule.query, group.name, group.file, rule.lastError ?? ""]);
    const groups = this.data
      .map((group) => ({ group, rules: group.rules.filter((rule) => takes(rule, group)) }))
      .filter(({ rules }) => rules.length > 0);
    if (this.order.value !== "cost") return groups;
    const rules = groups.flatMap(({ rules }) => rules).sort((a, b) => b.evaluationTime - a.evaluationTime);
    return rules.length > 0 ? [{ group: { name: "all groups", file: "", interval: null, rules }, rules }] : [];
  }
}

/** A labelled choice among a few values. */
function choice(label, options, onChange) {
  const choices = options.map(([value, text]) => element("option", { value }, text));
  return element("select", { "aria-label": label, change: (event) => onChange(event.target.value) }, choices);
}

function groupBlock(group, rules) {
  const total = group.rules.reduce((sum, rule) => sum + rule.evaluationTime, 0);
  const rows = rules.map((rule) => ruleRow(rule, total, `${group.file}/${group.name}/${rule.name}/${rule.query}`));
  return element("section", { class: "group" },
    element("h2", {}, group.name, " ", element("small", {}, group.file)), group.interval ? groupLine(group) : null,
    table("rules", ["Health", "Rule", "Expression", "Evaluated", "#Took", "#Cost"], rows));
}

function groupLine(group) {
  const share = group.evaluationTime / group.interval;
  return element("p", { class: "quiet" }, `every ${formatDuration(group.interval)}, last `, age(parseTime(group.lastEvaluation), " ago"),
    `, took ${formatDuration(group.evaluationTime)}`, share > 0.001 ? ` (${trimmed(share * 100, 2)} % of its interval)` : "",
    group.limit > 0 ? `, at most ${group.limit} series a rule` : "");
}

function ruleRow(rule, total, key) {
  const kind = rule.type === "alerting" ? ["alert", rule.state, ...holdTexts(rule)].filter(Boolean).join(", ") : "record";
  const share = total > 0 ? rule.evaluationTime / total : 0;
  return element("tr", { "data-rule": key, class: rule.health === "err" ? "failing" : null },
    element("td", {}, healthMark(rule.health)),
    element("td", {}, element("strong", {}, breakable(rule.name)), " ", element("small", {}, kind),
      rule.type === "alerting" ? [" ", explainLink(rule.name)] : null, " ", element("div", { class: "labels" }, labelMarks(rule.labels ?? {}))),
    element("td", { class: "wide" }, expressionLink(rule.query), rule.lastError ? element("div", { class: "fault" }, rule.lastError) : null),
    element("td", {}, age(parseTime(rule.lastEvaluation), " ago")),
    element("td", { class: "number" }, formatDuration(rule.evaluationTime)),
    element("td", { class: "number" }, costOf(rule, share)));
}

/** A rule's share of its group's time; and what it reads, where the server tells. */
function costOf(rule, share) {
  const percent = `${trimmed(share * 100, 2)} %`;
  const title = `${percent} of the group's time`;
  return [
    element("meter", { value: share, max: 1, title, "aria-label": title }), ` ${percent}`,
    rule.stats ? element("div", { title: `from ${counted(rule.stats.seriesRead, "series", "series")}, each time` },
      counted(rule.stats.samplesRead, "sample")) : null,
  ];
}

/** A name that may be broken behind its colons and underscores. */
function breakable(name) {
  return name.split(/(?<=[:_])/).flatMap((part, index) => index > 0 ? [element("wbr"), part] : [part]);
}

function healthMark(health) {
  const word = { ok: "ok", up: "up", err: "error", down: "down" }[health] ?? "unknown";
  return span(`health ${health}`, word);
}
