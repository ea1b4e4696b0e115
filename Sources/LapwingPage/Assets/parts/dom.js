// Making and updating elements. Whatever comes from the server becomes a text node or an attribute, never markup.

const SVG_NAMESPACE = "http://www.w3.org/2000/svg";

/**
 * Makes an element: `element("a", {href: "#query", class: "quiet"}, "text", child)`.
 * An attribute whose value is a function is a listener; one that is null, undefined or false is left out, as are such children.
 */
function element(name, attributes = {}, ...children) {
  return furnish(document.createElement(name), attributes, children);
}

/** The same for a drawing. */
function shape(name, attributes = {}, ...children) {
  return furnish(document.createElementNS(SVG_NAMESPACE, name), attributes, children);
}

function furnish(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") node.addEventListener(name, value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  append(node, children);
  return node;
}

function append(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/** A span of a class. */
function span(kind, ...children) {
  return element("span", { class: kind }, children);
}

/** A table with named columns, in a frame that scrolls; a row is a `tr`. Columns that begin with `#` hold numbers. */
function table(kind, columns, rows) {
  const head = columns.map((name) => element("th", { scope: "col", class: name.startsWith("#") ? "number" : null }, name.replace("#", "")));
  return element(
    "div", { class: "scroll" },
    element("table", { class: kind }, columns.length > 0 ? element("thead", {}, element("tr", {}, head)) : null, element("tbody", {}, rows)));
}

/** A row of a table without names: what it is about, and a number. */
function numberRow(name, number) {
  return element("tr", {}, element("td", {}, name), element("td", { class: "number" }, number));
}

/** Replaces what a node holds. */
function fill(node, ...children) {
  node.replaceChildren();
  append(node, children);
  return node;
}

/** Replaces what a node holds if it differs from what was filled in last, so that focus and selection live on. */
function fillOnce(node, version, ...children) {
  if (node.dataset.version === version) return;
  node.dataset.version = version;
  fill(node, ...children);
}

/**
 * Brings the children of a list in line with items: those whose key is there already are kept and updated, so that what is
 * focused or open stays so.
 */
function reconcile(list, items, keyOf, make, update) {
  const known = new Map([...list.children].map((child) => [child.dataset.key, child]));
  let place = list.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    let child = known.get(key);
    known.delete(key);
    if (!child) {
      child = make(item);
      child.dataset.key = key;
    }
    update(child, item);
    if (child === place) place = place.nextElementSibling;
    else list.insertBefore(child, place);
  }
  for (const gone of known.values()) gone.remove();
}

/** Labels as small marks, in the order of their names; `hidden` are left out. */
function labelMarks(labels, hidden = []) {
  return Object.entries(labels)
    .filter(([name]) => !hidden.includes(name))
    .map(([name, value]) => span("label", span("label-name", name, "="), value));
}

/** A line that says what went wrong where the result would stand. */
function faultLine(error) {
  return element("p", { class: "fault", role: "alert" }, error.message);
}

/** A line that says that nothing is there. */
function quietLine(...text) {
  return element("p", { class: "quiet" }, ...text);
}

/** A button that shows more of a list that was cut, or null when nothing was cut. */
function moreButton(shown, total, what, onMore) {
  if (shown >= total) return null;
  const text = `${shown.toLocaleString("en")} of ${total.toLocaleString("en")} ${what} are drawn. Show more`;
  return element("button", { class: "more", type: "button", click: onMore }, text);
}
