// Why an alert fires, or why it does not: the explanations of a rule at a time.

/** Seconds to both sides of the time through which an alert's history is told, by name. */
const HISTORIES = [["", "an hour around"], ["21600", "6 hours around"], ["86400", "a day around"]];

class ExplainView {
  title = "Explain";
  refreshSeconds = 10;

  constructor(root, go) {
    this.go = go;
    this.latest = new Latest();
    this.names = new Latest();
    this.rule = element("select", {
      id: "filter", "aria-label": "Alert", change: () => go({ rule: this.rule.value || null, labels: null }, true),
    });
    this.time = element("input", {
      type: "text", placeholder: "now", "aria-label": "Time, as 2026-11-24 03:12:45", title: "A time, as 2026-11-24 03:12:45; empty for now",
      change: () => this.takeTime(),
    });
    this.labels = element("input", {
      type: "text", placeholder: '{instance="a"}', "aria-label": "Labels of the alert",
      change: () => go({ labels: this.labels.value.trim() || null }, true),
    });
    this.span = choice("History", HISTORIES, (value) => go({ span: value || null }, true));
    this.result = element("div");
    fill(root, element("div", { class: "bar" }, element("h1", {}, "Explain"), this.rule, this.time, this.labels, this.span), this.result);
  }

  update(parameters) {
    this.parameters = parameters;
    this.refreshSeconds = parameters.has("time") ? null : 10;
    const time = parameters.has("time") ? formatTime(Number(parameters.get("time")) * 1000) : "";
    if (document.activeElement !== this.time) this.time.value = time;
    if (document.activeElement !== this.labels) this.labels.value = parameters.get("labels") ?? "";
    this.span.value = parameters.get("span") ?? "";
    this.drawNames();
  }

  takeTime() {
    const text = this.time.value.trim();
    const zone = timeZone === "UTC" && !/[Zz+]/.test(text) ? "Z" : "";
    const time = text === "" || text === "now" ? null : Date.parse(text.replace(" ", "T") + zone);
    if (Number.isNaN(time)) fill(this.result, faultLine({ message: `${text} is no time; write it as 2026-11-24 03:12:45` }));
    else this.go({ time: time === null ? null : time / 1000 }, true);
  }

  drawNames() {
    this.names.run(
      (signal) => ask("rules", { type: "alert", exclude_alerts: "true" }, { signal }),
      ({ data }) => {
        const names = [...new Set(data.groups.flatMap((group) => group.rules.map((rule) => rule.name)))].sort();
        const asked = this.parameters.get("rule") ?? "";
        fillOnce(this.rule, names.join("\n"), ["", ...names].map((name) => element("option", { value: name }, name || "choose an alert")));
        this.rule.value = asked;
      },
      () => {});
  }

  refresh() {
    const rule = this.parameters.get("rule");
    if (!rule) return fillOnce(this.result, "none", quietLine("Choose an alert to see why it fires, or why it does not."));
    const time = Number(this.parameters.get("time") ?? now() / 1000);
    const span = Number(this.parameters.get("span") ?? 3600);
    const end = Math.max(time, Math.min(time + span, now() / 1000));
    const asked = { rule, time, labels: this.parameters.get("labels"), start: time - span, end };
    const isAt = (moment) => this.go({ time: moment / 1000 }, true);
    this.latest.run(
      (signal) => ask("explain", asked, { signal }),
      ({ data }) => fillOnce(this.result, JSON.stringify(data), data.map((one) => explanationBlock(one, isAt))),
      (error) => fillOnce(this.result, error.message, faultLine(error)));
  }

  leave() {
    this.latest.stop();
    this.names.stop();
  }
}

/** Leads to the explanation of a rule; of one of its alerts where labels are given. */
function explainLink(rule, labels = null) {
  const parameters = new URLSearchParams({ rule });
  if (labels) parameters.set("labels", labelSelector(labels));
  return element("a", { class: "explain", href: `#explain?${parameters}` }, "explain");
}

/** Labels as a selector, without the alert's name: the values that the alert has. */
function labelSelector(labels) {
  const pairs = Object.entries(labels).filter(([name]) => name !== "alertname");
  return `{${pairs.map(([name, value]) => `${printName(name)}=${JSON.stringify(value)}`).join(",")}}`;
}
