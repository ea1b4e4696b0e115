// What the page understands of PromQL: trees of `parse_query` as text, and the threshold that an alert's expression has.

const COMPARISONS = { ">": "<", "<": ">", ">=": "<=", "<=": ">=", "==": "==", "!=": "!=" };

/** A tree as text, or null where it has something that this page does not write (durations that are expressions). */
function printExpression(node) {
  switch (node.type) {
    case "numberLiteral": return node.val;
    case "stringLiteral": return JSON.stringify(node.val);
    case "parenExpr": return wrap("(", printExpression(node.expr), ")");
    case "unaryExpr": return wrap(node.op, printExpression(node.expr), "");
    case "vectorSelector": return wrap(printSelector(node), printModifiers(node), "");
    case "matrixSelector": return node.rangeExpr ? null : wrap(`${printSelector(node)}[${promDuration(node.range)}]`, printModifiers(node), "");
    case "subquery": return printSubquery(node);
    case "call": return printList(`${node.func.name}(`, node.args);
    case "aggregation": return printAggregation(node);
    case "binaryExpr": return printBinary(node);
    default: return null;
  }
}

function wrap(before, middle, after) {
  return before === null || middle === null ? null : before + middle + after;
}

function printList(start, nodes) {
  const texts = nodes.map(printExpression);
  return texts.includes(null) ? null : start + texts.join(", ") + ")";
}

/** A name that needs no quotes. */
function isPlainName(name) {
  return /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name);
}

function printName(name) {
  return isPlainName(name) ? name : JSON.stringify(name);
}

function printSelector(node) {
  const isNamed = node.name && isPlainName(node.name);
  const matchers = node.matchers
    .filter((matcher) => !(isNamed && matcher.name === "__name__" && matcher.type === "=" && matcher.value === node.name))
    .map((matcher) => `${printName(matcher.name)}${matcher.type}${JSON.stringify(matcher.value)}`);
  return (isNamed ? node.name : "") + (matchers.length > 0 ? `{${matchers.join(",")}}` : isNamed ? "" : "{}");
}

function printModifiers(node) {
  if (node.offsetExpr) return null;
  let text = node.anchored ? " anchored" : node.smoothed ? " smoothed" : "";
  if (node.timestamp !== null && node.timestamp !== undefined) text += ` @ ${node.timestamp / 1000}`;
  if (node.startOrEnd) text += ` @ ${node.startOrEnd}()`;
  if (node.offset) text += ` offset ${promDuration(node.offset)}`;
  return text;
}

function printSubquery(node) {
  if (node.rangeExpr || node.stepExpr) return null;
  const step = node.step ? promDuration(node.step) : "";
  return wrap(printExpression(node.expr), wrap(`[${promDuration(node.range)}:${step}]`, printModifiers(node), ""), "");
}

function printAggregation(node) {
  const grouping = node.grouping.map(printName).join(", ");
  const by = node.without ? ` without (${grouping}) ` : node.grouping.length > 0 ? ` by (${grouping}) ` : "";
  return printList(`${node.op}${by}(`, node.param ? [node.param, node.expr] : [node.expr]);
}

function printBinary(node) {
  const [left, right] = [printExpression(node.lhs), printExpression(node.rhs)];
  if (left === null || right === null) return null;
  return `${left} ${node.op}${node.bool ? " bool" : ""}${printMatching(node.matching)} ${right}`;
}

function printMatching(matching) {
  if (!matching) return "";
  const names = (list) => list.map(printName).join(", ");
  let text = matching.on || matching.labels?.length > 0 ? ` ${matching.on ? "on" : "ignoring"} (${names(matching.labels ?? [])})` : "";
  if (matching.card === "many-to-one") text += ` group_left (${names(matching.include ?? [])})`;
  if (matching.card === "one-to-many") text += ` group_right (${names(matching.include ?? [])})`;
  const { lhs = null, rhs = null } = matching.fillValues ?? {};
  if (lhs !== null) text += ` fill_left (${lhs})`;
  if (rhs !== null) text += ` fill_right (${rhs})`;
  return text;
}

/** The number that a tree of literals comes to, or null. */
function constantOf(node) {
  switch (node.type) {
    case "numberLiteral": return parseNumber(node.val);
    case "parenExpr": return constantOf(node.expr);
    case "unaryExpr": return negated(constantOf(node.expr), node.op);
    case "binaryExpr": return combined(node.op, constantOf(node.lhs), constantOf(node.rhs));
    default: return null;
  }
}

function negated(value, operation) {
  return value === null ? null : operation === "-" ? -value : value;
}

function combined(operation, left, right) {
  if (left === null || right === null) return null;
  switch (operation) {
    case "+": return left + right;
    case "-": return left - right;
    case "*": return left * right;
    case "/": return left / right;
    case "%": return left % right;
    case "^": return left ** right;
    default: return null;
  }
}

/** A number as Prometheus writes it. */
function parseNumber(text) {
  if (/^[+]?Inf$/.test(text)) return Infinity;
  if (text === "-Inf") return -Infinity;
  return Number(text);
}

/**
 * What an alert's expression compares: `{left, operator, value, right}`, with the threshold's number in `value` or, when it is
 * no constant, its expression in `right`; null where the expression's outside is no comparison. Of `a and b` and
 * `a unless b` it is that of `a`, whose value the alert has.
 */
function thresholdOf(node) {
  if (node.type === "parenExpr") return thresholdOf(node.expr);
  if (node.type !== "binaryExpr") return null;
  if (node.op === "and" || node.op === "unless") return thresholdOf(node.lhs);
  if (!(node.op in COMPARISONS) || node.bool) return null;
  const [left, right] = [constantOf(node.lhs), constantOf(node.rhs)];
  if (right !== null) return { left: printExpression(node.lhs), operator: node.op, value: right, right: null };
  if (left !== null) return { left: printExpression(node.rhs), operator: COMPARISONS[node.op], value: left, right: null };
  return { left: printExpression(node.lhs), operator: node.op, value: null, right: printExpression(node.rhs) };
}

/** How far a value is beyond a threshold: `2.8×` where a ratio says something, else the difference; null where neither does. */
function excess(value, threshold) {
  if (!threshold || threshold.value === null || !Number.isFinite(value) || !Number.isFinite(threshold.value)) return null;
  const { operator, value: limit } = threshold;
  if (operator === "==" || operator === "!=") return null;
  const ratio = operator.startsWith(">") ? value / limit : limit / value;
  if (limit > 0 && value > 0 && ratio >= 1.1 && ratio < 1e6) return `${trimmed(ratio, 2)}× ${operator.startsWith(">") ? "the limit" : "below"}`;
  const difference = Math.abs(value - limit);
  return difference === 0 ? "at the limit" : `${formatNumber(difference)} ${value > limit ? "over" : "under"}`;
}

/** Labels as a selector writes them: `name{a="b"}`. */
function seriesName(labels) {
  const { __name__: name = "", ...others } = labels;
  const inside = Object.entries(others).map(([label, value]) => `${label}=${JSON.stringify(value)}`).join(", ");
  return inside || !name ? `${name}{${inside}}` : name;
}
