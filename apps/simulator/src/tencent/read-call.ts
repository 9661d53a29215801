import type { WireRequest } from "../kernel/index.ts";

export type Fields = readonly (readonly [name: string, value: string])[];

/** A request's operation and who claims to send it, before anything is checked. */
export interface TencentCall {
  readonly api: "v3" | "v2";
  /** How it is signed: a header over the bytes, or a `Signature` among the parameters. */
  readonly scheme: "tc3" | "form";
  readonly action: string | null;
  readonly version: string | null;
  readonly keyId: string | null;
  readonly token: string | null;
  readonly timestamp: number;
  /** Parameters as they came; of a TC3 POST none. */
  readonly fields: Fields;
  /** The operation's own parameters, lists gathered; null: the body cannot be read. */
  readonly parameters: Readonly<Record<string, unknown>> | null;
  /** URLs or directories, as sent. */
  readonly items: readonly string[];
}

export type ReadableCall = TencentCall & { readonly parameters: Readonly<Record<string, unknown>> };

export function isReadable(call: TencentCall): call is ReadableCall {
  return call.parameters !== null;
}

const COMMON = new Set(
  "Action Version SecretId Timestamp Nonce Signature SignatureMethod Region Token Language RequestClient".split(
    " ",
  ),
);
const LISTS = ["Urls", "Paths", "urls", "dirs"];

export function readCall(request: WireRequest): TencentCall {
  const isV2 = request.path === "/v2/index.php";
  const call = request.headers["x-tc-action"] === undefined ? readForm(request) : readTc3(request);
  const items = LISTS.flatMap((name) => {
    const list = call.parameters?.[name];
    return Array.isArray(list) ? list.filter((item) => typeof item === "string") : [];
  });
  return { ...call, api: isV2 ? "v2" : "v3", items };
}

type Unlisted = Omit<TencentCall, "api" | "items">;

function readTc3({ method, query, headers, body }: WireRequest): Unlisted {
  const fields = method === "GET" ? fieldsOf(query) : [];
  return {
    scheme: "tc3",
    action: headers["x-tc-action"] ?? null,
    version: headers["x-tc-version"] ?? null,
    keyId: /Credential=([^/,\s]+)\//.exec(headers.authorization ?? "")?.[1] ?? null,
    token: headers["x-tc-token"] ?? null,
    timestamp: Number(headers["x-tc-timestamp"] ?? Number.NaN),
    fields,
    parameters: method === "GET" ? gather(fields) : readJson(body),
  };
}

function readForm({ method, query, body }: WireRequest): Unlisted {
  const fields = fieldsOf(method === "GET" ? query : body.toString("utf8"));
  const field = (name: string): string | null => fields.find(([key]) => key === name)?.[1] ?? null;
  return {
    scheme: "form",
    action: field("Action"),
    version: field("Version"),
    keyId: field("SecretId"),
    token: field("Token"),
    timestamp: Number(field("Timestamp") ?? Number.NaN),
    fields,
    parameters: gather(fields),
  };
}

function fieldsOf(text: string): Fields {
  return [...new URLSearchParams(text)];
}

/** `urls.0=a&urls.1=b` becomes a list; parameters that every call has are left out. */
function gather(fields: Fields): Record<string, unknown> {
  const own = new Map<string, string | string[]>();
  for (const [name, value] of fields) {
    if (COMMON.has(name)) continue;
    const list = /^(\w+)\.\d+(?:\.\w+)?$/.exec(name)?.[1];
    if (list === undefined) own.set(name, value);
    else own.set(list, [...(own.get(list) ?? []), value]);
  }
  return Object.fromEntries(own);
}

function readJson(body: Buffer): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body.length === 0 ? "{}" : body.toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}
