// One explanation: why, the parts of the expression with their values, the distance from the threshold, and what was before and after.

/** Elements of a part, distances and episodes that are drawn before one asks for more. */
const ELEMENTS_DRAWN = 8;

/** `isAt` leads to the explanation at another time. */
function explanationBlock(one, isAt) {
  const time = Date.parse(one.time);
  return element("section", { class: `explanation ${one.state}` },
    element("h2", {}, span(`mark ${one.state}`, one.state), one.name, " ", element("small", {}, `at ${formatTime(time)}, ${one.group} in ${one.file}`)),
    element("ul", { class: "reasons" }, one.reasons.map((reason) => element("li", {}, reason)), nearestLine(one, time, isAt)),
    element("h3", {}, "Values at that time"), element("ul", { class: "tree" }, partItem(one.values)),
    gapsTable(one.gaps), historyBlock(one, time, isAt));
}

function momentLink(text, isAt) {
  const time = Date.parse(text);
  return element("button", { class: "link", type: "button", title: "Explain this time", click: () => isAt(time) }, formatTime(time));
}

function nearestLine(one, time, isAt) {
  if (one.state === "firing") return null;
  const nearest = one.nearest_firing;
  const around = `from ${formatTime(Date.parse(one.replayed_from))} to ${formatTime(Date.parse(one.replayed_through))}`;
  if (!nearest) return element("li", {}, `It does not fire ${around} either.`);
  const fired = Date.parse(nearest.firing_at);
  const distance = fired > time ? fired - time : time - Date.parse(nearest.resolved_at ?? nearest.firing_at);
  return element("li", {}, `The nearest firing is ${formatDuration(distance / 1000)} ${fired > time ? "later" : "earlier"}, from `,
    momentLink(nearest.firing_at, isAt), nearest.resolved_at ? [" to ", momentLink(nearest.resolved_at, isAt)] : " on", " ",
    span("labels", labelMarks(nearest.labels, ["alertname"])));
}

/** A part of the expression with its values, and its parts below. */
function partItem(part) {
  const what = part.scalar ?? part.string ?? part.error ?? null;
  const all = (part.elements ?? part.window ?? []).map(({ metric, value, samples }) => [metric, value ?? `${samples} samples`]);
  const nothing = part.count === 0 ? "nothing" : null;
  return element("li", { class: part.vanishes ? "vanishes" : null },
    part.recorded_as ? span("quiet", `${part.recorded_as} is recorded as `) : null,
    element("code", { class: "expression" }, part.expr), " ", what ? span(part.error ? "fault" : "value", what) : span("quiet", nothing ?? ""),
    part.vanishes ? span("vanishing", "here the result vanishes") : null,
    all.length > 0 ? valuesTable(all, part.count) : null,
    part.parts.length > 0 ? element("ul", {}, part.parts.map(partItem)) : null);
}

function valuesTable(all, count) {
  const rows = (shown) => shown.map(([metric, value]) => numberRow(span("labels", labelMarks(metric)), value));
  const host = element("div", { class: "values" });
  const show = (number) => {
    const shown = all.slice(0, number);
    fill(host, table("values", [], rows(shown)), moreButton(shown.length, count, "elements", () => show(all.length)));
  };
  show(ELEMENTS_DRAWN);
  return host;
}

function gapsTable(gaps) {
  if (gaps.length === 0) return null;
  const rows = gaps.slice(0, ELEMENTS_DRAWN).map(({ comparison, labels, value, threshold, distance }) => element(
    "tr", {}, element("td", {}, span("labels", labelMarks(labels))), element("td", {}, element("code", { class: "expression" }, comparison)),
    ...[value, threshold, distance].map((number) => element("td", { class: "number" }, formatNumber(parseNumber(number))))));
  return [element("h3", {}, "Distance from the threshold"), table("gaps", ["Series", "Comparison", "#Value", "#Threshold", "#Distance"], rows)];
}

function historyBlock(one, time, isAt) {
  if (one.episodes.length === 0) return null;
  const [start, end] = [Date.parse(one.replayed_from), Date.parse(one.replayed_through)];
  const rows = one.episodes.slice(-5 * ELEMENTS_DRAWN).map((episode) => element("tr", {},
    element("td", {}, span("labels", labelMarks(episode.labels, ["alertname"]))),
    ...[episode.pending_at, episode.firing_at, episode.resolved_at ?? episode.dropped_at].map((at) => element("td", {}, at ? momentLink(at, isAt) : null)),
    element("td", { class: "number" }, formatNumber(parseNumber(episode.peak)))));
  return [element("h3", {}, `History, ${formatTime(start)} to ${formatTime(end)}`), historyBand(one.episodes, start, end, time),
    table("history", ["Alert", "Pending", "Firing", "Gone", "#Peak"], rows)];
}

/** When alerts were pending and firing, with a mark at the time in question. */
function historyBand(episodes, start, end, time) {
  const place = (moment) => (1000 * (moment - start)) / Math.max(1, end - start);
  const bar = (state, from, to) => shape("rect", { class: state, x: place(from), width: Math.max(2, place(to) - place(from)), height: 20 });
  const bars = episodes.flatMap((episode) => {
    const gone = Date.parse(episode.resolved_at ?? episode.dropped_at ?? "") || end;
    const fired = episode.firing_at ? Date.parse(episode.firing_at) : null;
    return [bar("pending", Date.parse(episode.pending_at), fired ?? gone), fired ? bar("firing", fired, gone) : null];
  });
  return shape("svg", { class: "history-band", viewBox: "0 0 1000 20", preserveAspectRatio: "none", "aria-hidden": "true" },
    bars, shape("rect", { class: "now", x: place(time) - 1, width: 2, height: 20 }));
}
