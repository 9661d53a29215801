import type { CallContext, Credentials, HttpRequest } from "@purgeline/core";
import { expect } from "vitest";

/** Secrets stand in headers only: URLs and bodies are logged and recorded on the way. Header names are in lower case. */
export function expectDiscreet(request: HttpRequest, { settings, token }: CallContext): void {
  for (const secret of [...secretsOf(settings.credentials), ...(token === null ? [] : [token])]) {
    expect(request.url).not.toContain(secret);
    expect(request.body ?? "").not.toContain(secret);
  }
  expectHeaders(request);
}

export function expectHeaders({ headers }: HttpRequest): void {
  for (const name of Object.keys(headers)) expect(name).toMatch(/^(?!content-length$)[a-z0-9-]+$/);
}

export function secretsOf(credentials: Credentials): readonly string[] {
  switch (credentials.kind) {
    case "keys":
      return [credentials.accessKeySecret];
    case "token":
      return [credentials.token];
    case "iam":
      return ["password" in credentials ? credentials.password : credentials.accessKeySecret];
    default:
      return credentials satisfies never;
  }
}
