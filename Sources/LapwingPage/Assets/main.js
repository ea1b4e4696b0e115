// The page: which view the address names, when it asks again, and what the reader has chosen.

const VIEWS = { alerts: AlertsView, rules: RulesView, explain: ExplainView, query: QueryView, targets: TargetsView, status: StatusView };

/** Milliseconds after which the page says that the server has not answered. */
const SILENCE = 5_000;

const content = document.getElementById("content");
let current = null;
let isPaused = false;
let lastAnswer = Date.now();
let firing = 0;

/** The view and its parameters that the address names: `#query?expr=up`. */
function readAddress() {
  const [name, parameters = ""] = location.hash.slice(1).split(/\?(.*)/s);
  return { name: name in VIEWS ? name : "alerts", parameters: new URLSearchParams(parameters) };
}

/** Changes parameters of the address; those that are null go. `isStep`: Back leads to the state before. */
function go(changes, isStep = false) {
  const { name, parameters } = readAddress();
  for (const [key, value] of Object.entries(changes)) {
    if (value === null || value === undefined) parameters.delete(key);
    else parameters.set(key, value);
  }
  const text = parameters.toString();
  const hash = `#${name}${text ? "?" + text : ""}`;
  if (hash === location.hash) return;
  history[isStep ? "pushState" : "replaceState"](null, "", hash);
  if (isStep) showAddress();
}

/** Links of Prometheus' page, which stand in notifications, lead to the same things here. */
function takeForeignAddress() {
  const parameters = new URLSearchParams(location.search);
  const name = location.pathname.replace(/\/+$/, "").split("/").pop();
  if (parameters.has("g0.expr")) {
    const tab = parameters.get("g0.tab");
    const wanted = { expr: parameters.get("g0.expr"), tab: tab === "0" || tab === "graph" ? "chart" : "table" };
    if (parameters.has("g0.range_input")) wanted.range = parameters.get("g0.range_input");
    history.replaceState(null, "", `./#query?${new URLSearchParams(wanted)}`);
  } else if (name in VIEWS) {
    history.replaceState(null, "", `./#${name}`);
  } else if (name === "graph") {
    history.replaceState(null, "", "./#query");
  }
}

function showAddress() {
  const { name, parameters } = readAddress();
  if (current?.name !== name) {
    current?.view.leave();
    content.replaceChildren();
    content.className = `view-${name}`;
    const root = element("div", { class: "view" });
    content.append(root);
    current = { name, view: new VIEWS[name](root, go), asked: 0 };
    drawViews(name);
  }
  current.view.update(parameters);
  showTitle();
  refresh(true);
}

function drawViews(name) {
  fill(document.getElementById("views"), Object.keys(VIEWS).map((view) => element(
    "a", { href: `#${view}`, "aria-current": view === name ? "page" : null }, capitalized(view))));
}

/** Asks again when it is time; at once where that is demanded. */
function refresh(isDemanded = false) {
  const seconds = current.view.refreshSeconds;
  if (!isDemanded && (seconds === null || isPaused || document.hidden || Date.now() - current.asked < seconds * 1000)) return;
  current.asked = Date.now();
  current.view.refresh();
}

/** The number of firing alerts stands in the title, where it is seen from another tab. */
function announceFiring(count) {
  firing = count;
  showTitle();
}

function showTitle() {
  if (current.name === "query" && readAddress().parameters.has("expr")) return;
  document.title = `${firing > 0 ? `(${firing}) ` : ""}${current.view.title} – Lapwing`;
}

// MARK: The connection

onAnswer = (failure) => {
  const banner = document.getElementById("connection");
  if (!failure) {
    lastAnswer = Date.now();
    banner.hidden = true;
  } else if (Date.now() - lastAnswer > SILENCE) {
    banner.hidden = false;
    fill(banner, `${failure.message}. What is shown is of ${formatClock(lastAnswer + clockDifference)}.`);
  }
};

// MARK: Choices

function recall(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** `auto`, `light` or `dark`. */
let theme = recall("theme") ?? "auto";
timeZone = recall("timeZone") === "UTC" ? "UTC" : "local";

function applyTheme() {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

function drawControls() {
  const button = (text, title, click) => element("button", { type: "button", title, click: () => { click(); drawControls(); } }, text);
  const controls = document.getElementById("controls");
  const place = [...controls.children].indexOf(document.activeElement);
  fill(controls,
    button(isPaused ? "▶ paused" : "live", isPaused ? "Ask again regularly" : "Keep what is shown", () => {
      isPaused = !isPaused;
      refresh(!isPaused);
    }),
    button(timeZone === "UTC" ? "UTC" : "local time", "Local time or UTC", () => {
      timeZone = timeZone === "UTC" ? "local" : "UTC";
      remember("timeZone", timeZone);
      current.view.leave();
      current = null;
      showAddress();
    }),
    button({ auto: "auto", light: "light", dark: "dark" }[theme], "Colours: as the system has them, light, dark", () => {
      theme = { auto: "dark", dark: "light", light: "auto" }[theme];
      remember("theme", theme);
      applyTheme();
    }));
  if (place >= 0) controls.children[place].focus();
}

// MARK: Start

/** `/` leads to the filter or the query. */
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
  const field = document.getElementById("filter") ?? document.getElementById("expression");
  if (!field) return;
  event.preventDefault();
  field.focus();
});

document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault();
  content.focus();
});
document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
window.addEventListener("hashchange", showAddress);

applyTheme();
takeForeignAddress();
drawControls();
showAddress();
setInterval(() => { tick(); refresh(); }, 1000);
