import type { HttpReply, HttpRequest } from "./provider.ts";

/** No reply. `sent`: bytes may have left, so the call may have been carried out. */
export class TransportFailed extends Error {
  override readonly name: string = "TransportFailed";
  readonly sent: boolean;
  constructor(message: string, options: { readonly sent: boolean; readonly cause?: unknown }) {
    super(message, { cause: options.cause });
    this.sent = options.sent;
  }
}

/** The connection was ready too late: `mayWrite` said no, and no byte has left. */
export class PermitStale extends Error {
  override readonly name: string = "PermitStale";
}

export interface Transport {
  /**
   * Sends one request. `mayWrite` is asked once, on a connected socket, right before the first
   * byte: false rejects with `PermitStale`. Rejects with `TransportFailed` where no reply came.
   * `onWritten`: the system has the bytes by now.
   */
  send(
    request: HttpRequest,
    options: {
      readonly timeoutMs: number;
      readonly mayWrite: () => boolean;
      readonly onWritten?: () => void;
    },
  ): Promise<HttpReply>;
}

export interface Clock {
  /** Wall clock, epoch ms: for signatures and stored instants. */
  now(): number;
  /** Monotonic ms: for durations. */
  monotonic(): number;
  /** Resolves after `ms`, or at once when the signal aborts. */
  sleep(ms: number, signal: AbortSignalLike): Promise<void>;
}

/** The part of AbortSignal that is needed here; core knows no platform. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

export interface Chance {
  /** 32 hex characters. */
  nonce(): string;
  /** 0 ≤ unit < 1: for jitter. */
  unit(): number;
}
