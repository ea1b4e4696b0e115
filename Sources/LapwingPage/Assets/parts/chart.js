// Lines over time, drawn as SVG: small ones beside alerts, large ones with axes, a cursor and a legend for queries.

/** Hues by their order; the stylesheet sets their lightness by theme. */
const HUES = [211, 28, 145, 355, 268, 180, 48, 320, 95, 235];

/** A series' colour by its place. */
function colour(index) {
  return { hue: HUES[index % HUES.length], shade: Math.floor(index / HUES.length) % 3 };
}

/** Round numbers that divide a range into about `count` parts. */
function niceTicks(low, high, count) {
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? rough;
  const ticks = [];
  for (let index = Math.ceil(low / step); index * step <= high + step * 1e-9 && ticks.length < 50; index++) ticks.push(index * step);
  return ticks;
}

/** The ticks of an axis of this height, with texts that tell them from one another. */
function valueTicks(low, high, height) {
  const values = niceTicks(low, high, Math.max(2, height / 42));
  const distance = values.length > 1 ? values[1] - values[0] : 0;
  return values.map((value) => ({ value, text: formatNumber(value, distance) }));
}

/** Whole minutes, hours or days that divide a range of milliseconds into about `count` parts. */
function timeTicks(start, end, count) {
  const seconds = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800, 2592000];
  const step = 1000 * (seconds.find((size) => size * 1000 * count >= end - start) ?? 7776000);
  const shift = timeZone === "UTC" ? 0 : new Date(start).getTimezoneOffset() * 60000;
  const ticks = [];
  for (let time = Math.ceil((start - shift) / step) * step + shift; time <= end && ticks.length < 50; time += step) ticks.push(time);
  return ticks;
}

/** The lowest and highest finite value of all series and the threshold, with room around them. */
function valueRange(series, threshold) {
  let [low, high] = [Infinity, -Infinity];
  for (const { points } of series) {
    for (const [, value] of points) {
      if (!Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (Number.isFinite(threshold)) [low, high] = [Math.min(low, threshold), Math.max(high, threshold)];
  if (low > high) return [0, 1];
  // A line from nought tells sizes; one far from nought tells changes.
  if (low > 0 && low < high * 0.5) low = 0;
  if (low === high) return low === 0 ? [-1, 1] : [low - Math.abs(low) / 2, high + Math.abs(high) / 2];
  const room = (high - low) * 0.08;
  return [low === 0 ? 0 : low - room, high + room];
}

/** The path of points, broken where more than one and a half steps lie between two. */
function linePath(points, x, y, step) {
  let path = "";
  let last = -Infinity;
  points.forEach(([time, value], index) => {
    if (!Number.isFinite(value)) return;
    const isAlone = time - last > step * 1500 && !(points[index + 1]?.[0] - time <= step * 1500);
    path += `${time - last > step * 1500 ? "M" : "L"}${x(time).toFixed(1)} ${y(value).toFixed(1)}`;
    if (isAlone) path += "h.1";
    last = time;
  });
  return path;
}

/** Millisecond points of a range query's series; values that are no number are kept as such. */
function pointsOf(series) {
  return (series.values ?? []).map(([time, value]) => [time * 1000, parseNumber(value)]);
}

/**
 * Draws lines into a host element, anew whenever its width changes.
 *
 * `plot`: `series` (`name`, `points`, `index` for the colour, `isThreshold`), `start`, `end` (milliseconds), `step` (seconds),
 * `threshold` (`value`, `operator`), `height`, `isSmall` (no axes and no cursor), `label` for those who cannot see it,
 * `zoom(start, end)` where a range may be chosen.
 */
class Chart {
  constructor(host) {
    this.host = host;
    this.plot = null;
    this.cursor = null;
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(host);
  }

  show(plot) {
    this.plot = plot;
    this.draw();
  }

  stop() {
    this.observer.disconnect();
  }

  draw() {
    const plot = this.plot;
    const width = Math.floor(this.host.clientWidth);
    if (!plot || width < 20) return;
    const edge = plot.isSmall ? { left: 1, right: 1, top: 3, bottom: 3 } : { left: 52, right: 12, top: 10, bottom: 24 };
    const [low, high] = valueRange(plot.series, plot.threshold?.value);
    const ticks = plot.isSmall ? [] : valueTicks(low, high, plot.height - edge.top - edge.bottom);
    // Room for the longest of the numbers.
    edge.left = Math.max(edge.left, 8 + 2 * TICK_HALF * Math.max(0, ...ticks.map(({ text }) => text.length)));
    const inner = { width: width - edge.left - edge.right, height: plot.height - edge.top - edge.bottom };
    this.edge = edge;
    this.x = (time) => edge.left + ((time - plot.start) / (plot.end - plot.start)) * inner.width;
    this.y = (value) => edge.top + (1 - (value - low) / (high - low)) * inner.height;
    const drawing = shape(
      "svg", { viewBox: `0 0 ${width} ${plot.height}`, width, height: plot.height, role: "img", "aria-label": plot.label, class: "chart" },
      plot.isSmall ? null : this.axes(ticks, width, inner),
      this.thresholdLine(width, low, high),
      plot.series.map((series) => this.line(series)));
    if (!plot.isSmall) this.addCursor(drawing, width);
    fill(this.host, drawing, plot.isSmall ? null : (this.tip = element("div", { class: "tip", hidden: true })));
  }

  axes(ticks, width, inner) {
    const { start, end, height } = this.plot;
    const isLong = end - start > 86_400_000;
    const horizontal = ticks.map(({ value, text }) => [
      shape("line", { class: "grid", x1: this.edge.left, x2: width - this.edge.right, y1: this.y(value), y2: this.y(value) }),
      shape("text", { class: "tick", x: this.edge.left - 6, y: this.y(value) + 4, "text-anchor": "end" }, text),
    ]);
    const times = timeTicks(start, end, Math.max(2, inner.width / 90));
    const hasSeconds = times.some((time) => time % 60_000 !== 0);
    const text = (time) => isLong ? formatTime(time).slice(5, 16) : formatClock(time).slice(0, hasSeconds ? 8 : 5);
    const vertical = times.map((time) => [
      shape("line", { class: "grid", x1: this.x(time), x2: this.x(time), y1: this.edge.top, y2: height - this.edge.bottom }),
      // The last would be cut at the edge.
      shape("text", {
        class: "tick", x: Math.min(this.x(time), width - text(time).length * TICK_HALF), y: height - 7, "text-anchor": "middle",
      }, text(time)),
    ]);
    return [horizontal, vertical];
  }

  /** The threshold as a line, and what lies beyond it tinted. */
  thresholdLine(width, low, high) {
    const { threshold, height } = this.plot;
    if (!Number.isFinite(threshold?.value)) return null;
    const y = this.y(threshold.value);
    const [top, bottom] = [this.edge.top, height - this.edge.bottom];
    const beyond = threshold.operator.startsWith(">") ? [top, y] : threshold.operator.startsWith("<") ? [y, bottom] : null;
    return [
      beyond && shape("rect", {
        class: "beyond", x: this.edge.left, width: width - this.edge.left - this.edge.right, y: beyond[0], height: Math.max(0, beyond[1] - beyond[0]),
      }),
      shape("line", { class: "threshold", x1: this.edge.left, x2: width - this.edge.right, y1: y, y2: y }),
    ];
  }

  line(series) {
    const { hue, shade } = colour(series.index ?? 0);
    const path = shape("path", {
      class: series.isThreshold ? "line threshold" : `line shade${shade}`, d: linePath(series.points, this.x, this.y, this.plot.step),
    });
    path.style.setProperty("--hue", hue);
    return path;
  }

  // MARK: Cursor

  addCursor(drawing, width) {
    this.rule = shape("line", { class: "rule", y1: this.edge.top, y2: this.plot.height - this.edge.bottom, visibility: "hidden" });
    this.band = shape("rect", { class: "band", y: this.edge.top, height: this.plot.height - this.edge.top - this.edge.bottom, visibility: "hidden" });
    drawing.append(this.band, this.rule);
    drawing.setAttribute("tabindex", "0");
    const timeAt = (event) => {
      const share = (event.clientX - drawing.getBoundingClientRect().left - this.edge.left) / (width - this.edge.left - this.edge.right);
      return this.plot.start + Math.min(1, Math.max(0, share)) * (this.plot.end - this.plot.start);
    };
    let from = null;
    drawing.addEventListener("pointerdown", (event) => { if (event.pointerType === "mouse") from = timeAt(event); });
    drawing.addEventListener("pointermove", (event) => {
      this.point(timeAt(event));
      if (from !== null) this.select(from, timeAt(event));
    });
    drawing.addEventListener("pointerup", (event) => {
      const [start, end] = [from, timeAt(event)].sort((a, b) => a - b);
      if (from !== null && this.plot.zoom && end - start > (this.plot.end - this.plot.start) / 100) this.plot.zoom(start, end);
      from = null;
      this.band.setAttribute("visibility", "hidden");
    });
    drawing.addEventListener("pointerleave", () => { from = null; this.point(null); });
    drawing.addEventListener("blur", () => this.point(null));
    drawing.addEventListener("keydown", (event) => this.moveByKey(event));
  }

  moveByKey(event) {
    const moves = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 };
    if (event.key === "Escape") this.point(null);
    if (!(event.key in moves)) return;
    event.preventDefault();
    const at = this.cursor ?? this.plot.end;
    this.point(Math.min(this.plot.end, Math.max(this.plot.start, at + moves[event.key] * this.plot.step * 1000)));
  }

  select(from, to) {
    const [start, end] = [this.x(Math.min(from, to)), this.x(Math.max(from, to))];
    this.band.setAttribute("x", start);
    this.band.setAttribute("width", end - start);
    this.band.setAttribute("visibility", "visible");
  }

  /** Shows the values at a time, or none for null. */
  point(time) {
    const { start, step, series } = this.plot;
    this.cursor = time === null ? null : start + Math.round((time - start) / (step * 1000)) * step * 1000;
    this.rule.setAttribute("visibility", time === null ? "hidden" : "visible");
    this.tip.hidden = time === null;
    if (time === null) return;
    const x = this.x(this.cursor);
    this.rule.setAttribute("x1", x);
    this.rule.setAttribute("x2", x);
    const values = series.map((one) => ({ one, value: valueAt(one.points, this.cursor, step) })).filter(({ value }) => value !== null);
    values.sort((a, b) => b.value - a.value);
    fill(
      this.tip, element("strong", {}, formatTime(this.cursor)),
      values.slice(0, TIP_ROWS).map(({ one, value }) => element(
        "div", {}, swatch(one.index ?? 0), element("b", {}, formatNumber(value)), " ", one.name)),
      values.length > TIP_ROWS ? element("div", { class: "quiet" }, `and ${values.length - TIP_ROWS} more`) : null,
      values.length === 0 ? element("div", { class: "quiet" }, "no value") : null);
    const isRight = x > this.host.clientWidth / 2;
    this.tip.style.left = isRight ? "auto" : `${x + 12}px`;
    this.tip.style.right = isRight ? `${this.host.clientWidth - x + 12}px` : "auto";
  }
}

/** Half of what a character below the axis is wide, at most. */
const TICK_HALF = 3.6;
/** Series that the cursor names at most. */
const TIP_ROWS = 12;

/** The value of the point nearest to a time, within a step of it. */
function valueAt(points, time, step) {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle][0] < time) low = middle + 1;
    else high = middle;
  }
  const near = [points[low - 1], points[low]].filter((point) => point && Math.abs(point[0] - time) <= step * 1000);
  near.sort((a, b) => Math.abs(a[0] - time) - Math.abs(b[0] - time));
  return near[0]?.[1] ?? null;
}

/** A patch of a series' colour. */
function swatch(index) {
  const { hue, shade } = colour(index);
  const patch = element("span", { class: `swatch shade${shade}`, "aria-hidden": "true" });
  patch.style.setProperty("--hue", hue);
  return patch;
}
