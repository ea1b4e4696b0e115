// Asking the server. Nothing waits without an end, and an answer that comes too late is dropped.

/** Milliseconds that an answer may take. */
const ANSWER_TIMEOUT = 30_000;
/** Characters of parameters from which a request is sent as a form. */
const LONG_PARAMETERS = 2_000;

/** Why there is no answer. */
class Failure extends Error {
  /** `kind` is the API's error type, or `timeout`, `unreachable`, `aborted`; `status` the HTTP status, 0 without one. */
  constructor(kind, message, status = 0) {
    super(message);
    this.kind = kind;
    this.status = status;
  }
}

/** Told of every request's end: an error, or null. */
let onAnswer = () => {};

/**
 * Asks an endpoint below `api/v1/` and gives `{data, warnings, infos}`.
 * Parameters are `[name, value]` pairs or an object; those that are null or empty are left out.
 */
async function ask(path, parameters = {}, { signal, timeout = ANSWER_TIMEOUT } = {}) {
  const response = await request("api/v1/" + path, parameters, signal, timeout);
  const answer = await response.json().catch(() => null);
  if (answer?.status === "success") return { data: answer.data, warnings: answer.warnings ?? [], infos: answer.infos ?? [] };
  if (answer?.error) throw new Failure(answer.errorType, answer.error, response.status);
  throw new Failure("unknown", `${path} answered ${response.status} ${response.statusText}`.trim(), response.status);
}

async function request(path, parameters, signal, timeout) {
  const pairs = (Array.isArray(parameters) ? parameters : Object.entries(parameters)).filter(([, value]) => value !== null && value !== "");
  const form = new URLSearchParams(pairs);
  const ending = new AbortController();
  const timer = setTimeout(() => ending.abort("timeout"), timeout);
  const stop = () => ending.abort("aborted");
  signal?.addEventListener("abort", stop);
  if (signal?.aborted) stop();
  try {
    const isLong = form.toString().length > LONG_PARAMETERS;
    const address = isLong || pairs.length === 0 ? path : `${path}?${form}`;
    const response = await fetch(address, isLong ? { method: "POST", body: form, signal: ending.signal } : { signal: ending.signal });
    noteClock(response);
    // The body is read here, so that the time-out holds for it too.
    const body = await response.blob();
    onAnswer(null);
    return new Response(body, { status: response.status, statusText: response.statusText, headers: response.headers });
  } catch (error) {
    if (ending.signal.reason === "aborted") throw new Failure("aborted", "no longer wanted");
    const failure = ending.signal.aborted
      ? new Failure("timeout", `no answer from ${path} within ${formatDuration(timeout / 1000)}`)
      : new Failure("unreachable", `the server does not answer (${error.message})`);
    onAnswer(failure);
    throw failure;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}

/** Ages are told by the server's clock where ours differs by more than its header's second. */
function noteClock(response) {
  const date = Date.parse(response.headers.get("Date") ?? "");
  if (Number.isNaN(date)) return;
  const difference = date - Date.now();
  clockDifference = Math.abs(difference) > 2_000 ? difference : 0;
}

/** One request at a time for one place on the page: a new one ends the one before, whose answer no longer counts. */
class Latest {
  #ending = new AbortController();

  /** Calls `work` with a signal; then `show` with what it gives, or `fail` with a `Failure`, unless something newer has begun. */
  async run(work, show, fail) {
    this.stop();
    const ending = new AbortController();
    this.#ending = ending;
    try {
      const value = await work(ending.signal);
      if (!ending.signal.aborted) show(value);
    } catch (error) {
      if (ending.signal.aborted || error.kind === "aborted") return;
      if (!(error instanceof Failure)) console.error(error);
      fail(error);
    }
  }

  stop() {
    this.#ending.abort();
  }
}

/** Answers that change seldom, kept for a while: metric names, labels, their values. */
class Kept {
  #answers = new Map();

  constructor(seconds) {
    this.milliseconds = seconds * 1000;
  }

  /** What `path` answers; a failure is told and not kept. */
  async ask(path, parameters, options) {
    const key = path + "?" + new URLSearchParams(parameters);
    const known = this.#answers.get(key);
    if (known && Date.now() - known.at < this.milliseconds) return known.answer;
    const answer = await ask(path, parameters, options);
    if (this.#answers.size >= 200) this.#answers.clear();
    this.#answers.set(key, { at: Date.now(), answer });
    return answer;
  }
}
