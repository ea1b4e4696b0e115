// Numbers, durations and times as text.

/** What the reader has chosen: `local` or `UTC`. */
let timeZone = "local";
/** How far the server's clock is ahead of ours, in milliseconds. */
let clockDifference = 0;

/** The server's time in milliseconds. */
function now() {
  return Date.now() + clockDifference;
}

/**
 * A sample's value with at most four significant digits: `0.00123`, `1.4`, `12.3M`.
 *
 * `step` is from what it has to be told, as an axis' next tick: with as many digits more as that takes.
 */
function formatNumber(value, step = 0) {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  const size = Math.abs(value);
  if (size === 0) return "0";
  // One more than the powers between: steps of 2.5 have two digits.
  const needed = step > 0 ? Math.min(17, Math.floor(Math.log10(size)) - Math.floor(Math.log10(step)) + 2) : 0;
  if (size >= 1e15 || size < 1e-6) return value.toExponential(Math.max(3, needed - 1));
  const digits = (standard) => Math.max(standard, needed);
  for (const [unit, letter] of [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e4, "k"]]) {
    if (size >= unit) return trimmed(value / (letter === "k" ? 1e3 : unit), digits(4)) + letter;
  }
  return trimmed(value, digits(size >= 100 ? 4 : 3));
}

function trimmed(value, digits) {
  return String(Number(value.toPrecision(digits)));
}

function formatBytes(value) {
  for (const [unit, name] of [[2 ** 30, "GiB"], [2 ** 20, "MiB"], [2 ** 10, "KiB"]]) {
    if (value >= unit) return `${trimmed(value / unit, 3)} ${name}`;
  }
  return `${value} B`;
}

/** Seconds as the two largest units: `2d 4h`, `3m 20s`, `42s`, `1.3ms`. */
function formatDuration(seconds) {
  if (!Number.isFinite(seconds)) return "–";
  if (seconds < 0) return "-" + formatDuration(-seconds);
  if (seconds === 0) return "0s";
  if (seconds < 1e-3) return `${trimmed(seconds * 1e6, 3)}µs`;
  if (seconds < 1) return `${trimmed(seconds * 1e3, 3)}ms`;
  if (seconds < 10) return `${trimmed(seconds, 2)}s`;
  const units = [["d", 86400], ["h", 3600], ["m", 60], ["s", 1]];
  const first = units.findIndex(([, size]) => seconds >= size);
  const [name, size] = units[first];
  const whole = Math.floor(seconds / size);
  const next = units[first + 1];
  const rest = next ? Math.floor((seconds - whole * size) / next[1]) : 0;
  return rest > 0 ? `${whole}${name} ${rest}${next[0]}` : `${whole}${name}`;
}

/** How long ago a time was, to the second. */
function formatAge(milliseconds) {
  const seconds = Math.max(0, Math.floor((now() - milliseconds) / 1000));
  return formatDuration(seconds);
}

/** Milliseconds as Prometheus writes a duration: `1h30m`. */
function promDuration(milliseconds) {
  let rest = Math.abs(milliseconds);
  let text = "";
  for (const [name, size] of [["d", 86400000], ["h", 3600000], ["m", 60000], ["s", 1000], ["ms", 1]]) {
    const count = Math.floor(rest / size);
    if (count > 0) text += count + name;
    rest -= count * size;
  }
  return (milliseconds < 0 ? "-" : "") + (text || "0s");
}

/** Reads `1h30m` or bare seconds as seconds; null for what is neither. */
function parseDuration(text) {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  const units = { y: 31536000, w: 604800, d: 86400, h: 3600, m: 60, s: 1, ms: 0.001 };
  if (!/^(\d+(ms|[ywdhms]))+$/.test(text)) return null;
  let seconds = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|[ywdhms])/g)) seconds += Number(count) * units[unit];
  return seconds;
}

/** A Go time as milliseconds; null for its zero time. */
function parseTime(text) {
  const time = Date.parse(text);
  return Number.isNaN(time) || time < 0 ? null : time;
}

function timeOptions(options) {
  return timeZone === "UTC" ? { ...options, timeZone: "UTC" } : options;
}

/** `03:12:45`. */
function formatClock(milliseconds) {
  return new Date(milliseconds).toLocaleTimeString("en-GB", timeOptions({ hour12: false }));
}

/** `2026-11-24 03:12:45`. */
function formatTime(milliseconds) {
  return new Date(milliseconds).toLocaleString("sv-SE", timeOptions({}));
}

/** An element that says how long ago a time was and keeps up; the exact time is its title. */
function age(milliseconds, suffix = "") {
  if (milliseconds === null) return span("quiet", "never");
  return element(
    "time", { "data-at": milliseconds, "data-suffix": suffix, datetime: new Date(milliseconds).toISOString(), title: formatTime(milliseconds) },
    formatAge(milliseconds) + suffix);
}

/** Brings every age and every progress on the page up to date. */
function tick() {
  for (const node of document.querySelectorAll("time[data-at]")) {
    const text = formatAge(Number(node.dataset.at)) + node.dataset.suffix;
    if (node.textContent !== text) node.textContent = text;
  }
  for (const node of document.querySelectorAll("progress[data-from]")) {
    node.value = Math.min(node.max, (now() - Number(node.dataset.from)) / 1000);
  }
}

/** `1 sample`, `1,234 samples`. */
function counted(count, one, many = `${one}s`) {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}
