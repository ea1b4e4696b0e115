// Parts of the query view: fields, cells of tables, places in a query, and what was asked before.

/** A field for a time, such as `2026-11-24 03:12`; empty is now. `seconds` is what it holds, as a string or null. */
function timeInput(label, onChange) {
  const input = element("input", { type: "text", size: 18, placeholder: "now", "aria-label": label, change: onChange });
  return {
    node: input,
    get seconds() {
      const text = input.value.trim();
      if (/^\d{6,}(\.\d+)?$/.test(text)) return text;
      const time = Date.parse(text.replace(" ", "T") + (timeZone === "UTC" && !text.endsWith("Z") ? "Z" : ""));
      input.setAttribute("aria-invalid", String(text !== "" && Number.isNaN(time)));
      return Number.isNaN(time) ? null : String(Math.round(time / 1000));
    },
    show(seconds) {
      input.value = seconds ? formatTime(Number(seconds) * 1000) : "";
    },
  };
}

/** A field for a duration. */
function durationInput(label, options) {
  return element("input", { type: "text", size: 5, "aria-label": label, ...options });
}

/** What is no duration stands there marked: something else holds in its place. */
function showDuration(input, text) {
  input.value = text;
  input.setAttribute("aria-invalid", String(text !== "" && parseDuration(text) === null));
}

function seriesMarks(labels) {
  const { __name__: name, ...others } = labels;
  return [name ? element("strong", {}, name, " ") : null, span("labels", labelMarks(others))];
}

/** A sample's value; of a histogram its count, sum and buckets. */
function valueCell(series) {
  if (series.value) return element("span", { title: formatTime(series.value[0] * 1000) }, series.value[1]);
  if (series.values) return series.values.slice(-20).map(([time, value]) => element("div", {}, `${value} @ ${formatTime(time * 1000)}`));
  const histogram = series.histogram?.[1] ?? series.histograms?.[series.histograms.length - 1]?.[1];
  if (!histogram) return "–";
  const summary = `count ${formatNumber(Number(histogram.count))}, sum ${formatNumber(Number(histogram.sum))}`;
  return element("details", {}, element("summary", {}, summary), (histogram.buckets ?? []).map((bucket) => element("div", {}, bucketText(bucket))));
}

/** `(0.5, 1] 12`: which edges belong to it is the API's number from 0 to 3. */
function bucketText([edges, low, high, count]) {
  const [left, right] = [edges === 1 || edges === 3 ? "[" : "(", edges === 0 || edges === 3 ? "]" : ")"];
  return `${left}${low}, ${high}${right} ${count}`;
}

/** Ranges to choose from. */
function rangesList() {
  const ranges = ["5m", "15m", "1h", "3h", "6h", "12h", "1d", "2d", "1w"];
  return element("datalist", { id: "ranges" }, ranges.map((value) => element("option", { value })));
}

/** The labels that all have with one value. */
function commonLabels(all) {
  if (all.length < 2) return {};
  return Object.fromEntries(Object.entries(all[0]).filter(([name, value]) => all.every((labels) => labels[name] === value)));
}

function without(labels, common) {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !(name in common)));
}

/** The line of a query that a message speaks of, as `3:14` before an error or `(3:14)` behind a remark, with a mark under the place. */
function caretOf(query, message) {
  const place = message.match(/(?:^|[\s"])(\d+):(\d+): parse error/) ?? message.match(/\((\d+):(\d+)\)$/);
  const line = place && query.split("\n")[Number(place[1]) - 1];
  if (line === undefined || line === null) return null;
  return element("pre", { class: "caret" }, line, "\n", " ".repeat(Math.max(0, Number(place[2]) - 1)), element("b", {}, "^"));
}

// What was asked before stays in the browser.

function keptQueries() {
  try {
    return JSON.parse(localStorage.getItem("queries") ?? "[]");
  } catch {
    return [];
  }
}

function keepQuery(query) {
  remember("queries", JSON.stringify([query, ...keptQueries().filter((other) => other !== query)].slice(0, QUERIES_KEPT)));
}

/** Storage may be forbidden; then nothing is remembered. */
function remember(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    console.info(`${name} is not remembered: the browser does not let this page store anything`);
  }
}
