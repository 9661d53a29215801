/**
 * `${NAME}` in the file. It is replaced in values after YAML has been parsed, so
 * that a secret may hold any character and a comment may mention any name; yet
 * `{ secret: ${TOKEN} }` must parse, where braces are YAML's own. Hence the braces
 * become private-use characters for the parser: one for one, so that every line
 * and column stays true.
 */
const OPEN = "\uE001";
const CLOSE = "\uE002";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Hides the braces of every `${…}` from the YAML parser. */
export function guard(text: string): string {
  return text.replace(/\$\{([^{}\n]*)\}/g, `$$${OPEN}$1${CLOSE}`);
}

/** The text as the file has it: what messages show, so that they never show what a variable holds. */
export function unguard(text: string): string {
  return text.replaceAll(OPEN, "{").replaceAll(CLOSE, "}");
}

export type Expanded =
  | { readonly ok: true; readonly text: string }
  /** Sentences, one for each variable that is in the way. */
  | { readonly ok: false; readonly why: readonly string[] };

/** Puts the variables' values in; `$${NAME}` stands for the characters `${NAME}`. */
export function expand(guarded: string, env: Environment): Expanded {
  const why: string[] = [];
  const text = guarded.replace(/(\$?)\$\uE001([^\uE002]*)\uE002/g, (_, dollar: string, name: string) => {
    if (dollar !== "") return `\${${name}}`;
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      why.push(`expected the name of an environment variable between \${ and }, letters, digits and _ only`);
      return "";
    }
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    // Empty counts as missing: no key takes an empty text, and an empty secret is an accident.
    if (value === undefined || value === "") {
      why.push(`the environment variable ${name} is ${value === "" ? "empty" : "not set"}`);
    }
    return value ?? "";
  });
  return why.length === 0 ? { ok: true, text } : { ok: false, why };
}
