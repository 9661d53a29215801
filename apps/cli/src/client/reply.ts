/** RFC 9457, as far as this program shows it. */
export interface ProblemDocument {
  readonly title: string;
  readonly status: number;
  readonly detail: string | null;
  readonly code: string | null;
  readonly errors: readonly Fault[];
  /** The whole document, for `--json`. */
  readonly whole: unknown;
}

export interface Fault {
  readonly pointer: string;
  readonly code: string;
  readonly value: string | null;
  readonly detail: string;
}

/** What came of one request. */
export type Reply =
  | { readonly kind: "ok"; readonly status: number; readonly body: unknown }
  | { readonly kind: "problem"; readonly problem: ProblemDocument; readonly retryAfterMs: number | null }
  /** No answer came: whether the request was carried out is unknown. */
  | { readonly kind: "lost"; readonly message: string };

/** Reads what a server answered; whatever it is not, such as a proxy's HTML page, becomes a problem too. */
export function readReply(status: number, retryAfter: string | null, text: string): Reply {
  const body = parse(text);
  if (status >= 200 && status < 300 && body !== undefined) return { kind: "ok", status, body };
  return { kind: "problem", problem: readProblem(status, body, text), retryAfterMs: secondsToMs(retryAfter) };
}

function readProblem(status: number, body: unknown, text: string): ProblemDocument {
  if (!isRecord(body)) {
    const start = text.replaceAll(/\s+/g, " ").trim().slice(0, 200);
    return {
      title: status < 300 ? "the answer is not JSON: this is not Purgeline's API" : `HTTP ${status}`,
      status,
      detail: start === "" ? null : start,
      code: null,
      errors: [],
      whole: { title: `HTTP ${status}`, status, detail: start },
    };
  }
  return {
    title: stringOr(body.title, `HTTP ${status}`),
    status,
    detail: stringOr(body.detail, null),
    code: stringOr(body.code, null),
    errors: Array.isArray(body.errors) ? body.errors.filter(isRecord).map(readFault) : [],
    whole: body,
  };
}

function readFault(fault: Readonly<Record<string, unknown>>): Fault {
  const value = fault.value;
  return {
    pointer: stringOr(fault.pointer, ""),
    code: stringOr(fault.code, ""),
    value: value === undefined || value === null ? null : stringOr(value, JSON.stringify(value)),
    detail: stringOr(fault.detail, ""),
  };
}

/** `Retry-After` in seconds; the date form is not used by Purgeline and counts as absent. */
function secondsToMs(header: string | null): number | null {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function stringOr<T>(value: unknown, otherwise: T): string | T {
  return typeof value === "string" ? value : otherwise;
}
