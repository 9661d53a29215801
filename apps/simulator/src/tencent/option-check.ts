type Parameters = Readonly<Record<string, unknown>>;

const FLAGS = ["UrlEncode", "ParseM3U8", "DisableRange"];

/** Whether the optional parameters have values that the pages allow (document/api/228/37869 to 37871). */
export function areOptionsFine(parameters: Parameters): boolean {
  const { FlushType = "delete", Layer = "middle", UserAgent = "TencentCdn", Headers = [] } = parameters;
  return (
    FLAGS.every((name) => isFlag(parameters[name] ?? false)) &&
    ["flush", "delete"].includes(String(FlushType)) &&
    Layer === "middle" &&
    typeof UserAgent === "string" &&
    areHeadersFine(Headers)
  );
}

/** A flag of a form is a text. */
function isFlag(value: unknown): boolean {
  return ["true", "false"].includes(String(value));
}

/** At most 20, names up to 128 bytes, values up to 1,024. Those of a form come as one list of names and values. */
function areHeadersFine(headers: unknown): boolean {
  if (!Array.isArray(headers)) return false;
  const each: readonly unknown[] = headers;
  const isForm = each.every((entry) => typeof entry === "string");
  const pairs = isForm
    ? each.flatMap((name, at) => (at % 2 === 0 ? [[name, each[at + 1]]] : []))
    : each.map((entry) => (isHeader(entry) ? [entry.Name, entry.Value] : []));
  return pairs.length <= 20 && pairs.every(([name, value]) => isShort(name, 128) && isShort(value, 1_024));
}

function isHeader(entry: unknown): entry is { readonly Name?: unknown; readonly Value?: unknown } {
  return typeof entry === "object" && entry !== null;
}

function isShort(text: unknown, mostBytes: number): boolean {
  return typeof text === "string" && text !== "" && Buffer.byteLength(text) <= mostBytes;
}
