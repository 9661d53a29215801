import { type HttpReply, PermitStale, type Transport, TransportFailed } from "@purgeline/core";
import { Agent, type Dispatcher } from "undici";

/** A page of 1,000 task rows with long URLs is some MB; more is no answer of a provider. */
const MOST_BODY_BYTES = 32 * 1024 * 1024;
/** Providers close idle connections after 15 to 60 s: ours go first, so that no request meets a closing one. */
const IDLE_MS = 10_000;

export interface ClosingTransport extends Transport {
  close(): Promise<void>;
}

/**
 * Real HTTP with warm connections, one request at a time on each; nothing is retried here. As many connections as there
 * are calls under way, which lanes bound: with fewer, an account whose calls hang would hold up others of its provider.
 */
export function openTransport(): ClosingTransport {
  const agent = new Agent({
    connections: null,
    pipelining: 1,
    keepAliveTimeout: IDLE_MS,
    connect: { timeout: 5000 },
  });
  return {
    send: (request, options) =>
      new Promise((resolve, reject) => {
        const url = new URL(request.url);
        const exchange = new Exchange(options, resolve, reject);
        agent.dispatch(
          {
            origin: url.origin,
            path: `${url.pathname}${url.search}`,
            method: request.method,
            headers: { ...request.headers },
            body: request.body,
            headersTimeout: 0,
            bodyTimeout: 0,
          },
          exchange,
        );
      }),
    close: () => agent.destroy(),
  };
}

/** One request and its reply, as undici tells about them. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #mayWrite: () => boolean;
  readonly #onWritten: () => void;
  readonly #resolve: (reply: HttpReply) => void;
  readonly #reject: (error: Error) => void;
  readonly #timeoutMs: number;
  #timer: NodeJS.Timeout | null = null;
  #sent = false;
  #stale = false;
  #status = 0;
  #headers: Record<string, string> = {};
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(
    options: Parameters<Transport["send"]>[1],
    resolve: (reply: HttpReply) => void,
    reject: (error: Error) => void,
  ) {
    this.#mayWrite = options.mayWrite;
    this.#onWritten = options.onWritten ?? (() => undefined);
    this.#timeoutMs = options.timeoutMs;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Connected, and nothing written yet. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (!this.#mayWrite()) {
      this.#stale = true;
      controller.abort(new PermitStale("http: the permit was too old when the connection was ready"));
      return;
    }
    this.#sent = true;
    // undici writes before it returns from this step.
    process.nextTick(this.#onWritten);
    this.#timer = setTimeout(() => {
      controller.abort(new Error(`http: no reply within ${this.#timeoutMs} ms`));
    }, this.#timeoutMs);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    this.#status = statusCode;
    for (const [name, value] of Object.entries(headers)) {
      if (value !== undefined)
        this.#headers[name.toLowerCase()] = Array.isArray(value) ? value.join(", ") : value;
    }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > MOST_BODY_BYTES)
      controller.abort(new Error(`http: the reply is over ${MOST_BODY_BYTES} bytes`));
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.#end();
    this.#resolve({
      status: this.#status,
      headers: this.#headers,
      body: Buffer.concat(this.#chunks).toString("utf8"),
    });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#end();
    if (this.#stale)
      this.#reject(error instanceof PermitStale ? error : new PermitStale(error.message, { cause: error }));
    else this.#reject(new TransportFailed(describe(error), { sent: this.#sent, cause: error }));
  }

  #end(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }
}

/** `connect ECONNREFUSED 127.0.0.1:9101`; several addresses tried are one aggregate without a message. */
function describe(error: Error): string {
  if (error.message !== "") return error.message;
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
