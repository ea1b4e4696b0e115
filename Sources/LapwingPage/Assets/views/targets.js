// What is scraped, and what went wrong there.

/** Targets that are drawn before "show more" is asked for. */
const TARGETS_DRAWN = 300;

class TargetsView {
  title = "Targets";
  refreshSeconds = 5;

  constructor(root, go) {
    this.latest = new Latest();
    this.drawn = TARGETS_DRAWN;
    this.filter = element("input", {
      type: "search", id: "filter", placeholder: "Filter by label, address, error", "aria-label": "Filter targets",
      input: () => { go({ filter: this.filter.value || null }); this.draw(); },
    });
    const states = [["", "any state"], ["down", "down"], ["up", "up"], ["unknown", "not scraped yet"]];
    this.health = choice("State", states, (value) => go({ health: value || null }));
    this.summary = element("div", { class: "summary", role: "status" });
    this.fault = element("div");
    this.pools = element("div");
    fill(root, element("div", { class: "bar" }, element("h1", {}, "Targets"), this.summary, this.filter, this.health), this.fault, this.pools);
  }

  update(parameters) {
    if (document.activeElement !== this.filter) this.filter.value = parameters.get("filter") ?? "";
    this.health.value = parameters.get("health") ?? "";
    this.draw();
  }

  refresh() {
    this.latest.run(
      (signal) => ask("targets", {}, { signal }),
      ({ data }) => { this.data = data; fill(this.fault); this.draw(); },
      (error) => fill(this.fault, faultLine(error)));
  }

  leave() {
    this.latest.stop();
  }

  draw() {
    if (!this.data) return;
    const { activeTargets: all, droppedTargetCounts: dropped = {} } = this.data;
    const down = all.filter(({ health }) => health === "down").length;
    fillOnce(this.summary, `${all.length}/${down}`,
      span(`tile ${down > 0 ? "firing" : "none"}`, element("b", {}, down), " down"),
      span("tile none", element("b", {}, all.length - down), " up"));
    const wanted = filterOf(this.filter.value);
    const takes = (target) => (!this.health.value || target.health === this.health.value)
      && wanted(target.labels, [target.scrapeUrl, target.lastError, target.scrapePool]);
    const chosen = all.filter(takes);
    chosen.sort((a, b) => (a.health === "down" ? 0 : 1) - (b.health === "down" ? 0 : 1));
    const shown = chosen.slice(0, this.drawn);
    const none = all.length === 0 ? "Nothing is scraped. Give targets with --scrape or in the configuration." : "No target matches the filter.";
    const pools = groupedBy(shown, ({ scrapePool }) => scrapePool);
    fill(this.pools, [...pools].map(([pool, targets]) => poolBlock(pool, targets, dropped[pool] ?? 0)),
      moreButton(shown.length, chosen.length, "targets", () => this.drawMore()), chosen.length === 0 ? quietLine(none) : null);
  }

  drawMore() {
    this.drawn += TARGETS_DRAWN;
    this.draw();
  }
}

/** Items by a key, in the order in which the keys come. */
function groupedBy(items, keyOf) {
  const groups = new Map();
  for (const item of items) {
    const key = keyOf(item);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(item);
  }
  return groups;
}

function poolBlock(pool, targets, dropped) {
  const up = targets.filter(({ health }) => health === "up").length;
  const counts = `${up} of ${targets.length} up${dropped > 0 ? `, ${dropped} dropped by relabelling` : ""}`;
  return element("section", { class: "group" },
    element("h2", {}, pool, " ", element("small", {}, counts)),
    table("targets", ["State", "Endpoint", "Last scrape", "#Took", "Last error"], targets.map(targetRow)));
}

function targetRow(target) {
  const link = element("a", { href: target.globalUrl || target.scrapeUrl, rel: "noreferrer" }, target.scrapeUrl);
  return element("tr", { class: target.health === "down" ? "failing" : null },
    element("td", {}, healthMark(target.health)),
    element("td", {}, link, element("div", { class: "labels" }, labelMarks(target.labels))),
    element("td", {}, age(parseTime(target.lastScrape), " ago"), element("small", {}, ` every ${target.scrapeInterval}`)),
    element("td", { class: "number" }, formatDuration(target.lastScrapeDuration)),
    element("td", { class: "wide" }, target.lastError ? span("fault", target.lastError) : ""));
}
