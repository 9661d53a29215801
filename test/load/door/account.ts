import type { Place } from "../stack.ts";

const MANY = 100_000_000;

/** An account whose every call carries one URL of a host of its own: nothing but its rates holds it up. */
export function oneUrlCalls(name: string, provider: string, calls = ""): (place: Place) => readonly string[] {
  return ({ endpoint }) => [
    `{ name: ${name}, provider: ${provider}, endpoint: "${endpoint}", credentials: { accessKeyId: ${name}, accessKeySecret: secret }, hosts: ["*.${name}.example.com"], coalesce: { quietMs: 0, maxWaitMs: 0 }, quota: { url: ${MANY} }, limits: { lanes: { purge-url: { batch: 1 } }${calls === "" ? "" : `, calls: ${calls}`} } }`,
  ];
}

export function oneHostEach(name: string, first: number, count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `https://www${first + i}.${name}.example.com/`);
}
