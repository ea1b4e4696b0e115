// Completion of a query: what may stand where the cursor is, and the list that offers it.

/** Names and values that are asked for to choose from. */
const CANDIDATES_ASKED = 10_000;
/** Of which this many are offered. */
const CANDIDATES_OFFERED = 30;

const kept = new Kept(60);

/**
 * What stands before the cursor: `{kind, start, typed}` with the kind `label` (with `metric`), `value` (with `metric` and
 * `label`), `duration`, `grouping`, `word` or null, and the place where what is typed begins.
 */
function contextAt(text, cursor) {
  const before = text.slice(0, cursor);
  const state = scan(before);
  if (state.comment) return { kind: null };
  if (state.quote) {
    const label = before.slice(0, state.quoteStart).match(/([a-zA-Z_][\w.]*|"[^"]*")\s*(=~|!~|!=|=)\s*$/);
    if (state.open !== "{" || !label) return { kind: null };
    const start = state.quoteStart + 1;
    return { kind: "value", label: label[1].replaceAll('"', ""), metric: state.metric, start, typed: before.slice(start) };
  }
  const typed = before.match(/[a-zA-Z_:][\w:]*$/)?.[0] ?? "";
  const start = cursor - typed.length;
  if (state.open === "[") {
    const duration = before.match(/[\w]*$/)[0];
    return { kind: "duration", start: cursor - duration.length, typed: duration };
  }
  if (state.open === "{") {
    return /[{,]\s*$/.test(before.slice(0, start)) ? { kind: "label", metric: state.metric, start, typed } : { kind: null };
  }
  if (/\b(by|without|on|ignoring|group_left|group_right)\s*\([^()]*$/.test(before.slice(0, start))) return { kind: "grouping", start, typed };
  // A digit before it makes it a number or a duration.
  if (/\d\w*$/.test(before) && !typed) return { kind: null };
  return { kind: "word", start, typed };
}

/** Reads a query from its start: the bracket that is open, the metric before an open brace, the quote that is open. */
function scan(text) {
  const stack = [];
  let quote = null;
  let quoteStart = 0;
  for (let index = 0; index < text.length; index++) {
    const letter = text[index];
    if (quote) {
      if (letter === "\\" && quote !== "`") index++;
      else if (letter === quote) quote = null;
    } else if (letter === "#") {
      const end = text.indexOf("\n", index);
      if (end < 0) return { comment: true };
      index = end;
    } else if (letter === '"' || letter === "'" || letter === "`") {
      quote = letter;
      quoteStart = index;
    } else if ("([{".includes(letter)) {
      stack.push({ letter, metric: letter === "{" ? text.slice(0, index).match(/[a-zA-Z_:][\w:]*$/)?.[0] ?? "" : "" });
    } else if (")]}".includes(letter)) {
      stack.pop();
    }
  }
  const top = stack[stack.length - 1];
  return { open: top?.letter ?? null, metric: top?.metric ?? "", quote, quoteStart };
}

/** What may stand there: `{text, insert, detail, kind}`, the best first. */
async function candidates(context, signal) {
  const match = context.metric ? [["match[]", context.metric]] : [];
  const ask = (path, more = []) => kept.ask(path, [...more, ["limit", String(CANDIDATES_ASKED)]], { signal }).then((answer) => answer.data);
  const candidate = (kind, write = (text) => text) => (text) => ({ text, insert: write(text), kind, detail: "" });
  const names = async (match) => (await ask("labels", match)).filter((name) => name !== "__name__");
  switch (context.kind) {
    case "label": return (await names(match)).map(candidate("label", (name) => printName(name) + "="));
    case "grouping": return (await names([])).map(candidate("label", printName));
    case "value": {
      const values = await ask(`label/${encodeURIComponent(context.label)}/values`, match);
      return values.map(candidate("value", (value) => JSON.stringify(value).slice(1, -1)));
    }
    case "duration": return DURATIONS.map(candidate("duration"));
    case "word": return [
      ...(await ask("label/__name__/values")).map(candidate("metric", (name) => isPlainName(name) ? name : `{${JSON.stringify(name)}}`)),
      ...FUNCTIONS.map(([name, takes, detail]) => ({ text: name, insert: name + "(", kind: "function", detail: `(${takes}) ${detail}` })),
      ...AGGREGATIONS.map(([name, takes, detail]) => ({ text: name, insert: name, kind: "aggregation", detail: `(${takes}) ${detail}` })),
      ...KEYWORDS.map(candidate("keyword")),
    ];
    default: return [];
  }
}

/** Those that begin with what is typed, then those that hold it, then those that hold its letters in order. */
function ranked(all, typed) {
  const wanted = typed.toLowerCase();
  const rank = ({ text }) => {
    const lower = text.toLowerCase();
    if (lower === wanted) return 0;
    if (lower.startsWith(wanted)) return 1;
    if (lower.includes(wanted)) return 2;
    return wanted.length > 2 && hasInOrder(lower, wanted) ? 3 : null;
  };
  return all
    .map((candidate) => ({ candidate, rank: rank(candidate) }))
    .filter((entry) => entry.rank !== null)
    .sort((a, b) => a.rank - b.rank || a.candidate.text.length - b.candidate.text.length || (a.candidate.text < b.candidate.text ? -1 : 1))
    .map((entry) => entry.candidate);
}

function hasInOrder(text, letters) {
  let place = 0;
  for (const letter of letters) {
    place = text.indexOf(letter, place) + 1;
    if (place === 0) return false;
  }
  return true;
}

/**
 * The list below a query box: arrows choose, Tab and Enter take, Escape closes. `history()` gives the queries that an arrow
 * up in an empty box offers; `accept(text)` is told when one of those was taken.
 */
class CompletionList {
  constructor(box, { history, accept }) {
    this.box = box;
    this.history = history;
    this.accept = accept;
    this.items = [];
    this.chosen = -1;
    this.latest = new Latest();
    this.list = element("ul", { id: "completions", class: "completions", role: "listbox", "aria-label": "Suggestions", hidden: true });
    furnish(box, { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "completions" }, []);
    box.addEventListener("input", () => this.suggest());
    box.addEventListener("blur", () => this.close());
  }

  get isOpen() {
    return !this.list.hidden;
  }

  /** Offers what may stand at the cursor. Nothing is offered where nothing is typed, unless it is asked for. */
  suggest({ isAsked = false } = {}) {
    const context = contextAt(this.box.value, this.box.selectionStart);
    if (context.kind === null || (context.kind === "word" && context.typed === "" && !isAsked)) return this.close();
    this.latest.run(
      (signal) => candidates(context, signal),
      (all) => {
        const found = ranked(all, context.typed).slice(0, CANDIDATES_OFFERED);
        if (found.length === 1 && found[0].text === context.typed) return this.close();
        this.open(found.map((candidate) => ({ ...candidate, start: context.start })));
      },
      () => this.close());
  }

  showHistory() {
    this.latest.stop();
    this.open(this.history().map((query) => ({ text: query, insert: query, kind: "history", detail: "", start: null })));
  }

  open(items) {
    this.items = items;
    this.chosen = -1;
    if (items.length === 0) return this.close();
    const pressed = (index) => (event) => {
      event.preventDefault();
      this.take(index);
    };
    fill(this.list, items.map((item, index) => element(
      "li", { role: "option", id: `completion-${index}`, "aria-selected": "false", mousedown: pressed(index) },
      span("kind", item.kind), span("candidate", item.text), span("detail", item.detail))));
    this.list.hidden = false;
    this.box.setAttribute("aria-expanded", "true");
  }

  close() {
    this.latest.stop();
    this.list.hidden = true;
    this.items = [];
    this.box.setAttribute("aria-expanded", "false");
    this.box.removeAttribute("aria-activedescendant");
  }

  choose(index) {
    this.chosen = (index + this.items.length) % this.items.length;
    [...this.list.children].forEach((child, place) => child.setAttribute("aria-selected", String(place === this.chosen)));
    this.list.children[this.chosen].scrollIntoView({ block: "nearest" });
    this.box.setAttribute("aria-activedescendant", `completion-${this.chosen}`);
  }

  take(index) {
    const item = this.items[index];
    if (item.start === null) {
      this.box.value = item.insert;
      this.close();
      this.accept(item.insert);
      return;
    }
    const after = this.box.value.slice(this.box.selectionStart);
    const rest = item.kind === "value" ? after.replace(/^[^"'`]*/, "") : after.replace(/^[\w:]*/, "");
    const insert = item.insert.endsWith("(") && rest.startsWith("(") ? item.insert.slice(0, -1) : item.insert;
    this.box.value = this.box.value.slice(0, item.start) + insert + rest;
    this.box.selectionStart = this.box.selectionEnd = item.start + insert.length;
    this.close();
    this.box.dispatchEvent(new Event("change"));
  }

  /** Whether a key was for the list. */
  takesKey(event) {
    if (event.key === " " && event.ctrlKey) return this.suggest({ isAsked: true }), true;
    if (event.key === "ArrowUp" && !this.isOpen && this.box.value === "") return this.showHistory(), true;
    if (!this.isOpen) return false;
    switch (event.key) {
      case "ArrowDown": return this.choose(this.chosen + 1), true;
      case "ArrowUp": return this.choose(this.chosen < 0 ? this.items.length - 1 : this.chosen - 1), true;
      case "Escape": return this.close(), true;
      case "Tab": return event.shiftKey ? false : (this.take(Math.max(0, this.chosen)), true);
      case "Enter": return this.chosen < 0 || event.shiftKey ? false : (this.take(this.chosen), true);
      default: return false;
    }
  }
}
