import { type HttpReply, type Outcome, PermitStale, type Transport } from "@purgeline/core";
import type { Told } from "./told.ts";
import type { Given } from "./work-ports.ts";

/** What the provider says next, and what it said last: that is what `decode` reads. */
export interface ToyTurns {
  readonly left: (Outcome | Error)[];
  now: Outcome | Error | undefined;
}

/** A provider that answers by turns; what is sent is told. */
export function toyTransport(
  { connecting, writing, headers = {} }: Pick<Given, "connecting" | "writing" | "headers">,
  turns: ToyTurns,
  told: Pick<Told, "sent">,
): Transport {
  return {
    async send(request, { mayWrite, onWritten }): Promise<HttpReply> {
      connecting?.();
      if (!mayWrite()) throw new PermitStale("toy");
      writing?.();
      onWritten?.();
      told.sent.push([request.headers.token, request.body ?? request.url].filter(Boolean).join(" "));
      turns.now = turns.left.shift() ?? turns.now;
      if (turns.now instanceof Error) throw turns.now;
      return { status: 200, headers, body: "" };
    },
  };
}
