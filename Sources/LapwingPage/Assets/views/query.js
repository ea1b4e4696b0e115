// A query, its table and its chart. All of it is in the address, so that it can be sent to others.

/** Series of a range query that are asked for and drawn. */
const SERIES_DRAWN = 100;
/** Elements of an instant query that are asked for. */
const ROWS_ASKED = 10_000;
/** Rows that are drawn at first, and more at a time. */
const ROWS_DRAWN = 200;
/** Steps that a chart aims at. */
const CHART_STEPS = 240;
/** Queries that are remembered in the browser. */
const QUERIES_KEPT = 50;
/** Milliseconds that the page waits for a query. */
const QUERY_TIMEOUT = 60_000;

class QueryView {
  title = "Query";
  /** Only by demand: a query may be costly. */
  refreshSeconds = null;

  constructor(root, go) {
    this.go = go;
    this.latest = new Latest();
    this.drawn = ROWS_DRAWN;
    this.box = element("textarea", {
      id: "expression", rows: 1, spellcheck: "false", autocapitalize: "off", autocomplete: "off", "aria-label": "PromQL expression",
      placeholder: "PromQL: Ctrl+Space completes, Enter runs, Shift+Enter breaks the line, ↑ in an empty box shows what you asked before",
      keydown: (event) => this.onKey(event), input: () => this.fit(), change: () => this.fit(),
    });
    this.completions = new CompletionList(this.box, { history: keptQueries, accept: () => { this.fit(); this.submit(); } });
    this.tabs = ["table", "chart"].map((tab) => element(
      "button", { type: "button", role: "tab", id: `tab-${tab}`, "aria-controls": "result", click: () => go({ tab }, true) }, capitalized(tab)));
    this.runButton = element("button", { type: "submit", class: "primary" }, "Run");
    this.time = timeInput("At", () => this.submit());
    this.range = durationInput("Range", { list: "ranges", change: () => this.submit() });
    this.step = durationInput("Step", { placeholder: "auto", change: () => this.submit() });
    this.controls = element("div", { class: "query-controls" });
    this.status = element("div", { class: "query-status", role: "status", "aria-live": "polite" });
    this.remarks = element("div", { class: "remarks" });
    this.result = element("div", { id: "result", role: "tabpanel", class: "result" });
    const tabs = element("div", { role: "tablist", "aria-label": "Form of the result", keydown: (event) => this.onTabKey(event) }, this.tabs);
    fill(root, element("h1", { class: "hidden" }, "Query"), this.form(), rangesList(),
      element("div", { class: "query-bar" }, tabs, this.controls, this.status), this.remarks, this.result);
  }

  form() {
    const submit = (event) => {
      event.preventDefault();
      this.submit();
    };
    const showHistory = () => {
      this.box.focus();
      this.completions.showHistory();
    };
    return element("form", { class: "query", submit },
      element("div", { class: "box" }, this.box, this.completions.list), this.runButton,
      element("button", { type: "button", click: showHistory }, "History"),
      element("button", { type: "button", title: "Write the expression in canonical form", click: () => this.format() }, "Format"));
  }

  update(parameters) {
    this.parameters = parameters;
    const tab = this.tab;
    if (document.activeElement !== this.box || this.box.value === "") this.box.value = parameters.get("expr") ?? "";
    this.tabs.forEach((button) => {
      const isChosen = button.id === `tab-${tab}`;
      button.setAttribute("aria-selected", String(isChosen));
      button.setAttribute("tabindex", isChosen ? "0" : "-1");
    });
    this.result.setAttribute("aria-labelledby", `tab-${tab}`);
    this.drawControls(tab);
    this.fit();
    this.run();
  }

  get tab() {
    return this.parameters.get("tab") === "chart" ? "chart" : "table";
  }

  refresh() {}

  leave() {
    this.latest.stop();
    this.chart?.stop();
  }

  // MARK: Asking

  onKey(event) {
    if (this.completions.takesKey(event)) {
      event.preventDefault();
      this.fit();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.submit();
    }
  }

  onTabKey(event) {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const other = this.tab === "chart" ? "table" : "chart";
    this.go({ tab: other }, true);
    document.getElementById(`tab-${other}`).focus();
  }

  /** As high as its lines. */
  fit() {
    this.box.rows = Math.min(12, this.box.value.split("\n").length);
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight + 2, 300)}px`;
  }

  /** Puts what is entered into the address, from where it is run; the same again is run again. */
  submit() {
    this.completions.close();
    const expr = this.box.value.trim();
    const before = location.hash;
    const seconds = this.time.seconds;
    const times = this.tab === "chart" ? { range: this.range.value || null, step: this.step.value || null, end: seconds } : { time: seconds };
    this.go({ expr: expr || null, ...times }, true);
    if (location.hash === before) this.run();
  }

  run() {
    const query = this.parameters.get("expr") ?? "";
    if (query === "") return this.showNothing();
    document.title = `${query.slice(0, 60)} – Lapwing`;
    const begun = performance.now();
    const isChart = this.tab === "chart";
    this.runButton.textContent = "Run";
    const cancel = element("button", { type: "button", class: "link", click: () => this.cancel() }, "cancel");
    fill(this.status, element("span", { class: "spinner", "aria-hidden": "true" }), "asking… ", cancel);
    this.result.classList.add("stale");
    this.latest.run(
      (signal) => isChart ? this.askRange(query, signal) : this.askInstant(query, signal),
      (answer) => {
        this.result.classList.remove("stale");
        keepQuery(query);
        this.tellRemarks(query, answer);
        fill(this.status, this.outcome(answer, performance.now() - begun));
        if (isChart) this.showChart(answer);
        else this.showTable(answer.data);
      },
      (error) => this.showFault(query, error));
  }

  askInstant(query, signal) {
    return ask("query", { query, time: this.parameters.get("time"), limit: ROWS_ASKED, stats: "true" }, { signal, timeout: QUERY_TIMEOUT });
  }

  async askRange(query, signal) {
    const range = parseDuration(this.parameters.get("range") ?? "1h") ?? 3600;
    const asked = parseDuration(this.parameters.get("step") ?? "");
    const step = Math.max(asked || Math.max(1, Math.round(range / CHART_STEPS)), range / 11_000);
    const end = Number(this.parameters.get("end")) || Math.floor(now() / 1000 / step) * step;
    const window = { start: end - range, end, step };
    const answer = await ask("query_range", { query, ...window, limit: SERIES_DRAWN, stats: "true" }, { signal, timeout: QUERY_TIMEOUT });
    return { ...answer, start: (end - range) * 1000, end: end * 1000, step };
  }

  cancel() {
    this.latest.stop();
    this.result.classList.remove("stale");
    fill(this.status, "cancelled");
  }

  format() {
    const show = ({ data }) => {
      this.box.value = data;
      this.fit();
    };
    ask("format_query", { query: this.box.value }).then(show, (error) => this.showFault(this.box.value, error));
  }

  // MARK: Controls

  drawControls(tab) {
    const seconds = this.parameters.get(tab === "chart" ? "end" : "time");
    this.time.show(seconds);
    showDuration(this.range, this.parameters.get("range") ?? "1h");
    showDuration(this.step, this.parameters.get("step") ?? "");
    // The fields stay where they are, and keep what is focused.
    if (this.controls.dataset.tab === tab) return;
    this.controls.dataset.tab = tab;
    fill(this.controls, tab === "table" ? element("label", {}, "at ", this.time.node) : this.chartControls());
  }

  chartControls() {
    const button = (text, label, click) => element("button", { type: "button", "aria-label": label, title: label, click }, text);
    return [
      button("−", "Half the range", () => this.scaleRange(0.5)), element("label", {}, "range ", this.range),
      button("+", "Twice the range", () => this.scaleRange(2)),
      button("‹", "Earlier", () => this.moveEnd(-0.5)), element("label", {}, "until ", this.time.node),
      button("›", "Later", () => this.moveEnd(0.5)), element("label", {}, "step ", this.step),
    ];
  }

  scaleRange(factor) {
    const range = (parseDuration(this.range.value) ?? 3600) * factor;
    this.go({ range: promDuration(Math.max(10_000, Math.round(range) * 1000)) }, true);
  }

  moveEnd(share) {
    const range = parseDuration(this.range.value) ?? 3600;
    const end = Math.round((this.time.seconds ?? now() / 1000) + share * range);
    this.go({ end: end >= now() / 1000 ? null : end }, true);
  }

  // MARK: Showing

  showNothing() {
    this.latest.stop();
    fill(this.status);
    fill(this.remarks);
    fill(this.result, quietLine("Enter an expression, for example ", expressionLink("up", "table"), "."));
  }

  outcome(answer, milliseconds) {
    const { result, resultType, stats } = answer.data;
    const count = Array.isArray(result) && resultType !== "scalar" && resultType !== "string" ? `${result.length.toLocaleString("en")} series, ` : "";
    const read = stats?.samples ? `, ${formatNumber(stats.samples.totalQueryableSamples)} samples read` : "";
    return `${count}${formatDuration(milliseconds / 1000)}${read}`;
  }

  tellRemarks(query, { warnings, infos }) {
    const remark = (kind) => (text) => element("div", { class: `remark ${kind}` }, element("strong", {}, kind), " ", text, caretOf(query, text));
    fill(this.remarks, warnings.map(remark("warning")), infos.map(remark("info")));
  }

  showFault(query, error) {
    this.result.classList.remove("stale");
    this.chart?.stop();
    this.chart = null;
    fill(this.status);
    fill(this.remarks);
    const kind = element("strong", {}, error.kind.replaceAll("_", " "));
    fill(this.result, element("div", { class: "fault", role: "alert" }, kind, " ", error.message, caretOf(query, error.message)));
  }

  showTable(data) {
    this.chart?.stop();
    this.chart = null;
    if (data.resultType === "scalar" || data.resultType === "string") {
      return fill(this.result, table("vector", [], numberRow(data.resultType, data.result[1])));
    }
    if (data.result.length === 0) return fill(this.result, quietLine("The result is empty."));
    this.drawn = ROWS_DRAWN;
    this.drawRows(data);
  }

  drawRows(data) {
    const shown = data.result.slice(0, this.drawn);
    const columns = ["Series", data.resultType === "matrix" ? "#Samples" : "#Value"];
    const rows = shown.map((series) => numberRow(seriesMarks(series.metric), valueCell(series)));
    const drawMore = () => {
      this.drawn += ROWS_DRAWN * 2;
      this.drawRows(data);
    };
    fill(this.result, table("vector", columns, rows), moreButton(shown.length, data.result.length, "series", drawMore));
  }

  showChart({ data, start, end, step }) {
    if (data.resultType !== "matrix") return this.showTable(data);
    const lines = data.result.filter((series) => series.values);
    const histograms = data.result.length - lines.length;
    if (data.result.length === 0) return fill(this.result, quietLine("The result is empty."));
    this.chart?.stop();
    const host = element("div", { class: "chart-host large" });
    const legend = element("ul", { class: "legend", "aria-label": "Series" });
    const common = commonLabels(lines.map(({ metric }) => metric));
    const series = lines.map((one, index) => ({ name: seriesName(without(one.metric, common)), points: pointsOf(one), index }));
    const plot = {
      start, end, step, height: 340, label: `${series.length} series from ${formatTime(start)} to ${formatTime(end)}; arrow keys move the cursor`,
      zoom: (from, to) => this.go({ range: promDuration(Math.max(1000, Math.round((to - from) / 1000) * 1000)), end: Math.round(to / 1000) }, true),
    };
    const notDrawn = `${histograms} series of native histograms are not drawn: chart histogram_count(…) or histogram_quantile(…) of them.`;
    const shared = element("p", { class: "common" }, "all with ", span("labels", labelMarks(common)));
    fill(this.result, histograms > 0 ? quietLine(notDrawn) : null, host, Object.keys(common).length > 0 ? shared : null, legend);
    this.chart = new Chart(host);
    this.drawLegend(legend, series, (shown) => this.chart.show({ ...plot, series: shown }));
  }

  /** The legend: a series that is pressed is shown alone, with others that are pressed too. */
  drawLegend(legend, series, show) {
    const chosen = new Set();
    const draw = () => show(chosen.size === 0 ? series : series.filter(({ index }) => chosen.has(index)));
    fill(legend, series.map((one) => element("li", {}, element("button", {
      type: "button", "aria-pressed": "false",
      click: (event) => {
        if (!chosen.delete(one.index)) chosen.add(one.index);
        event.currentTarget.setAttribute("aria-pressed", String(chosen.has(one.index)));
        draw();
      },
    }, swatch(one.index), one.name, " ", span("last", formatNumber(one.points[one.points.length - 1]?.[1] ?? NaN))))));
    draw();
  }
}
