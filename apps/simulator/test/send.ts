import type { HttpReply, HttpRequest } from "@purgeline/core";

/** Sends what an adapter encoded over a real socket, and gives back what its decoder takes. */
export async function send({ url, method, headers, body }: HttpRequest): Promise<HttpReply> {
  const response = await fetch(url, { method, headers, body });
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
  };
}

/** One request to the control API of an origin; gives back its status and JSON. */
export async function control(
  origin: string,
  method: "GET" | "POST" | "DELETE",
  path: string,
  body?: unknown,
): Promise<{ readonly status: number; readonly json: unknown }> {
  const response = await fetch(`${origin}/_sim/${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  return { status: response.status, json: await response.json() };
}
