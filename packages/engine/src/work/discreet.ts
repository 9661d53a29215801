import { type AccountSettings, type Credentials, cutUrls, type HttpRequest, type Row } from "@purgeline/core";

const MASK = "***";
/** Shorter ones would blot out ordinary words, and no provider's key is that short. */
const SHORTEST_SECRET = 6;
/** Far above any sentence; an answer may be 32 MB of one word, and each secret is looked for in it. */
const MOST_READ_CHARS = 8000;
const MOST_SHOWN_CHARS = 1000;

/** What a provider knows of ours by one call. */
export interface Told {
  readonly settings: AccountSettings;
  /** The session token; null: none. */
  readonly token: string | null;
  /** null: nothing was sent. */
  readonly request: HttpRequest | null;
}

/**
 * The provider's words without what they quote of ours, in failures, refused items and rows alike. Alibaba
 * answers a wrong signature with the string that it signed, keys and all, proxies show the request that they
 * could not pass on, and others name the URL at fault with its query; these words go to receipts, logs and
 * `/v1/accounts`, to people who may see neither.
 */
export function discreet<Answer>(answer: Answer, told: Told): Answer {
  const secrets = [...secretsOf(told.settings), told.token, ...(told.request ? proofsIn(told.request) : [])]
    .filter((secret) => secret !== null)
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .flatMap(spellings)
    // The longest first: a whole header, then what is left of it elsewhere.
    .toSorted((a, b) => b.length - a.length);
  return withWords(answer, (text) => {
    const masked = secrets.reduce((rest, secret) => rest.replaceAll(secret, MASK), readable(text));
    return cutUrls(masked).slice(0, MOST_SHOWN_CHARS);
  }) as Answer;
}

/** A secret that the end of what is read would cut in two could not be found, so the last word goes with it. */
function readable(text: string): string {
  return text.length <= MOST_READ_CHARS ? text : text.slice(0, MOST_READ_CHARS).replace(/\S*$/, "");
}

/**
 * Codes and messages are the provider's words, wherever they stand; all else is ours, or names an item. What has none
 * is passed on as it is: most of a thousand rows say nothing, and to copy them all took longer than to read them.
 */
function withWords(value: unknown, clean: (text: string) => string): unknown {
  if (Array.isArray(value)) {
    const cleaned = value.map((each) => withWords(each, clean));
    return cleaned.some((each, index) => each !== value[index]) ? cleaned : value;
  }
  if (typeof value !== "object" || value === null || isSilentRow(value)) return value;
  const changed: Record<string, unknown> = {};
  let isChanged = false;
  for (const [name, field] of Object.entries(value)) {
    const isWords = (name === "code" || name === "message") && typeof field === "string";
    const cleaned = isWords ? clean(field) : withWords(field, clean);
    if (cleaned === field) continue;
    changed[name] = cleaned;
    isChanged = true;
  }
  return isChanged ? { ...value, ...changed } : value;
}

/** Ten tasks are ten thousand rows, most of them confirmed: to look through their fields held the process up for 20 ms. */
function isSilentRow(value: object): boolean {
  const { item, code, message } = value as Partial<Row>;
  return item !== undefined && code === null && message === null;
}

/** As it is, in a form, and in the string that a form's signature is made of. */
function spellings(secret: string): readonly string[] {
  const encoded = encodeURIComponent(secret);
  return [secret, encoded, encodeURIComponent(encoded)];
}

function secretsOf({ credentials, callbackKey }: AccountSettings): readonly (string | null)[] {
  return [callbackKey, ...credentialSecrets(credentials)];
}

function credentialSecrets(credentials: Credentials): readonly (string | null)[] {
  switch (credentials.kind) {
    case "keys":
      return [credentials.accessKeyId, credentials.accessKeySecret, credentials.securityToken];
    case "token":
      return [credentials.token];
    case "iam":
      return "password" in credentials
        ? [credentials.password]
        : [credentials.accessKeyId, credentials.accessKeySecret];
    default:
      return credentials satisfies never;
  }
}

const PROVING_HEADER = /auth|token|signature/;
const SIGNATURE_IN_HEADER = /Signature=([^,\s]+)/;
const SIGNATURE_IN_FORM = /(?:^|[?&])Signature=([^&#]+)/;

/** Signatures are good for minutes, and may be sent again by whoever reads them. */
function proofsIn({ url, headers, body }: HttpRequest): readonly string[] {
  const inHeaders = Object.entries(headers)
    .filter(([name]) => PROVING_HEADER.test(name))
    .flatMap(([, value]) => [value, SIGNATURE_IN_HEADER.exec(value)?.[1] ?? ""]);
  const inForm = [url, body ?? ""].flatMap((text) => SIGNATURE_IN_FORM.exec(text)?.[1] ?? []);
  return [...inHeaders, ...inForm.flatMap((signature) => [signature, decoded(signature)])];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
