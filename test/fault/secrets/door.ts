import { once } from "node:events";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type Server,
} from "node:http";
import type { AddressInfo } from "node:net";
import type { SecretAccount } from "./accounts.ts";
import type { Secret } from "./search.ts";

/** A provider's front door that tells everybody what it heard, before it lets a call through. */
export interface Door {
  readonly origin: string;
  /** Signatures that came by, and session tokens that were handed out. */
  readonly heard: readonly Secret[];
  /** How many answers quoted the request. */
  gossips(): number;
  close(): Promise<void>;
}

interface Heard {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Said {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** What becomes of the first calls of one kind; after these they are passed on. */
const SUBMIT_FATE = ["auth", "page", "fault"] as const;
const QUERY_FATE = ["fault"] as const;
type Fate = (typeof SUBMIT_FATE)[number];

/** Opens a door on loopback in front of the simulator at `origin`. */
export async function openDoor(account: SecretAccount, origin: string): Promise<Door> {
  const heard: Secret[] = [];
  const calls = new Map<string, number>();
  let gossips = 0;
  const server = createServer(async (incoming, response) => {
    const came: Heard = {
      method: incoming.method ?? "GET",
      url: incoming.url ?? "/",
      headers: incoming.headers,
      body: await textOf(incoming),
    };
    heard.push(...proofsIn(came).map((value) => ({ name: `a signature of ${account.name}`, value })));
    const call = callOf(came);
    const turn = calls.get(call) ?? 0;
    calls.set(call, turn + 1);
    const fate = fatesOf(call)[turn];
    if (fate !== undefined) gossips += 1;
    const said = fate === undefined ? await passOn(came, origin) : gossip(account, came, fate);
    const token = said.headers["x-subject-token"];
    if (typeof token === "string") heard.push({ name: `a session token of ${account.name}`, value: token });
    response.writeHead(said.status, said.headers);
    response.end(account.name === "alirpc" ? failing(said.body, came) : said.body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, heard, gossips: () => gossips, close: () => closed(server) };
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  return (await incoming.setEncoding("utf8").toArray()).join("");
}

/** As this provider names it; where the path does, by the path. */
function callOf({ method, url, headers, body }: Heard): string {
  const action = headers["x-acs-action"] ?? headers["x-tc-action"];
  const inForm = /(?:^|[?&])Action=(\w+)/;
  const [path] = url.split("?");
  return `${method} ${action ?? inForm.exec(url)?.[1] ?? inForm.exec(body)?.[1] ?? path}`;
}

function fatesOf(call: string): readonly Fate[] {
  const isQuery = / (Describe|Get)|^GET \/v|\/auth\/tokens/.test(call);
  return isQuery ? QUERY_FATE : SUBMIT_FATE;
}

/** Everything that the request said, in the words in which a provider complains. */
function gossip(account: SecretAccount, came: Heard, fate: Fate): Said {
  const words = wordsOn(came);
  if (fate === "page")
    return {
      status: 502,
      headers: { "content-type": "text/html" },
      body: `<html><h1>502</h1>${words}</html>`,
    };
  const headers = { "content-type": "application/json" };
  return {
    status: fate === "auth" ? 403 : 500,
    headers,
    body: JSON.stringify(complaint(account, words, fate)),
  };
}

function wordsOn({ method, url, headers, body }: Heard): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}`);
  return `server string to sign is: ${method} ${url} ${lines.join(" ")} ${body} ${encodeURIComponent(body)}`;
}

function complaint({ provider, signature }: SecretAccount, words: string, fate: Fate): object {
  const isAuth = fate === "auth";
  if (provider.startsWith("alibaba"))
    return { RequestId: "r-1", Code: isAuth ? "SignatureDoesNotMatch" : "InternalError", Message: words };
  if (signature?.startsWith("v2") === true)
    return { code: isAuth ? 4100 : 5000, message: words, codeDesc: words };
  if (provider.startsWith("tencent")) {
    const Code = isAuth ? "AuthFailure.SignatureFailure" : "InternalError";
    return { Response: { Error: { Code, Message: words }, RequestId: "r-1" } };
  }
  return { error_code: isAuth ? "APIGW.0301" : "VOD.10001", error_msg: words, request_id: "r-1" };
}

/** Tasks that are done have failed instead, for a reason that quotes the query. */
function failing(body: string, came: Heard): string {
  return body.replaceAll(
    /"Status":"Complete"(.*?)"Description":"[^"]*"/g,
    (_, between: string) => `"Status":"Failed"${between}"Description":${JSON.stringify(wordsOn(came))}`,
  );
}

async function passOn({ method, url, headers, body }: Heard, origin: string): Promise<Said> {
  const sent = request(new URL(url, origin), { method, headers, agent: false });
  sent.end(body);
  const [reply] = (await once(sent, "response")) as [IncomingMessage];
  const { "transfer-encoding": _, "content-length": __, ...kept } = reply.headers;
  return { status: reply.statusCode ?? 502, headers: kept, body: await textOf(reply) };
}

const SIGNATURE = /(?:^|[?&\s,])Signature=([^,&\s]+)/g;

function proofsIn({ url, headers, body }: Heard): readonly string[] {
  const texts = [url.replace(/^[^?]*/, ""), headers.authorization ?? "", body];
  const found = texts.flatMap((text) => [...text.matchAll(SIGNATURE)].map(([, value = ""]) => value));
  return found.map((value) => decodeURIComponent(value));
}
