// What runs here: build, run time, flags, the store, configuration. Each part is asked for by itself.

class StatusView {
  title = "Status";
  refreshSeconds = 15;

  constructor(root) {
    this.parts = [
      new StatusPart("Health", "health", (data) => healthTable(data), askPlain),
      new StatusPart("Build", "status/buildinfo", (data) => buildFacts(data)),
      new StatusPart("Run time", "status/runtimeinfo", (data) => factsOf(data)),
      new StatusPart("Store", "status/tsdb", (data) => storeTables(data)),
      new StatusPart("Alertmanagers", "alertmanagers", (data) => managersList(data)),
      new StatusPart("Flags", "status/flags", (data) => factsOf(data)),
      new StatusPart("Configuration", "status/config", (data) => configText(data)),
    ];
    fill(root, element("div", { class: "bar" }, element("h1", {}, "Status")), element("div", { class: "parts" }, this.parts.map(({ node }) => node)));
  }

  update() {}

  refresh() {
    for (const part of this.parts) part.load();
  }

  leave() {
    for (const part of this.parts) part.latest.stop();
  }
}

/** A part of the page with its own request. */
class StatusPart {
  constructor(name, path, draw, asker = (path, signal) => ask(path, {}, { signal }).then(({ data }) => data)) {
    this.latest = new Latest();
    this.body = element("div", {}, quietLine("…"));
    this.node = element("section", { class: "part" }, element("h2", {}, name), this.body);
    this.load = () => this.latest.run(
      (signal) => asker(path, signal),
      (data) => fillOnce(this.body, JSON.stringify(data), draw(data)),
      (error) => {
        const absent = error.status === 404;
        fillOnce(this.body, error.message, absent ? quietLine("This server does not tell.") : faultLine(error));
      });
  }
}

/** A path outside the API, whose JSON has no envelope. */
async function askPlain(path, signal) {
  const response = await request(path, {}, signal, ANSWER_TIMEOUT);
  if (!response.ok) throw new Failure("unknown", `${path} answered ${response.status}`, response.status);
  return response.json();
}

function buildFacts({ application, version, revision }) {
  return element("dl", { class: "facts" }, application ? [fact(application, revision), fact("API of", `Prometheus ${version}`)] : fact("Prometheus", version));
}

function factsOf(data) {
  return element("dl", { class: "facts" }, Object.entries(data).filter(([, value]) => value !== "").map(([name, value]) => fact(name, factText(value))));
}

/** Times are told with their age. */
function factText(value) {
  const time = typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value) ? parseTime(value) : null;
  return time === null ? String(value) : [formatTime(time), " (", age(time, " ago"), ")"];
}

function configText({ yaml }) {
  return yaml ? element("pre", { class: "config", tabindex: 0 }, yaml) : quietLine("There is no configuration file: flags alone.");
}

function healthTable(data) {
  const told = (counts) => Object.entries(counts).map(([what, count]) => typeof count === "number" && /s$/.test(what) && what !== "series"
    ? counted(count, what.slice(0, -1)) : `${count.toLocaleString("en")} ${what}`);
  const rows = Object.entries(data.components ?? {}).map(([name, { status, ...counts }]) => element(
    "tr", {}, element("td", {}, healthMark(status === "ok" ? "ok" : "err")), element("td", {}, name), element("td", {}, told(counts).join(", "))));
  return [element("p", {}, `${data.status}, version ${data.version}, up for ${formatDuration(data.uptime)}`), table("components", [], rows)];
}

const STORE_TABLES = {
  seriesCountByMetricName: "Metrics with the most series", labelValueCountByLabelName: "Labels with the most values",
  memoryInBytesByLabelName: "Labels with the most bytes", seriesCountByLabelValuePair: "Pairs with the most series",
};

function storeTables(data) {
  const { numSeries = 0, chunkCount = 0, minTime = 0, maxTime = 0 } = data.headStats ?? {};
  const range = maxTime > 0 ? [fact("Oldest sample", formatTime(minTime)), fact("Newest sample", formatTime(maxTime))] : null;
  const size = (name, value) => name.includes("Bytes") ? formatBytes(value) : value.toLocaleString("en");
  const tables = Object.entries(STORE_TABLES).filter(([name]) => data[name]?.length > 0).map(([name, title]) => element(
    "details", {}, element("summary", {}, title), table("counts", [], data[name].map((row) => numberRow(row.name, size(name, row.value))))));
  return [element("dl", { class: "facts" }, fact("Series", numSeries.toLocaleString("en")), fact("Chunks", chunkCount.toLocaleString("en")), range), tables];
}

function managersList({ activeAlertmanagers: active = [] }) {
  return active.length === 0 ? quietLine("None is told.") : element("ul", {}, active.map(({ url }) => element("li", {}, url)));
}
