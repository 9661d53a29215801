/** What Ajv says of one fault, `verbose` on. */
interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message?: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly data?: unknown;
}

/** Every fault of a request in one message: where, what was given, what was expected. */
export function describeErrors(errors: readonly SchemaError[], part: string): Error {
  // A strange tag fails the enumeration of the tags, too, which names them.
  const telling = errors.filter(({ keyword }) => keyword !== "discriminator");
  const lines = (telling.length > 0 ? telling : errors).map((error) => `${part}${describe(error)}`);
  return new Error(lines.join("; "));
}

function describe({ instancePath, message = "is wrong", params, data }: SchemaError): string {
  const value = typeof data === "object" ? "" : ` is ${JSON.stringify(data)}`;
  const named = params.allowedValues ?? params.additionalProperty;
  return `${instancePath}${value}: ${message}${named === undefined ? "" : `: ${[named].flat().join(", ")}`}`;
}
