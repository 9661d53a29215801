import type { VirtualClock } from "./clock.ts";
import type { Faults } from "./faults.ts";
import type { Answer, PlayedAccount, Recognised, Simulator, Visit, WireReply, WireRequest } from "./index.ts";
import type { Ledger } from "./ledger.ts";
import type { LoopDelay } from "./loop-delay.ts";
import type { Arrival, RateGate } from "./rate-gate.ts";

/** What the server does with the connection. */
export interface Ending {
  readonly action: "reply" | "drop" | "hang";
  readonly afterMs: number;
  readonly reply: WireReply;
}

export interface Origin {
  readonly simulator: Simulator;
  readonly accounts: readonly PlayedAccount[];
  readonly gates: ReadonlyMap<string, RateGate>;
  readonly clock: VirtualClock;
  readonly loop: LoopDelay;
  readonly faults: Faults;
  readonly ledger: Ledger;
}

/** When a request's head arrived. */
export interface Stamp {
  readonly nowMs: number;
  readonly monotonicMs: number;
  /** The process's own clock, without the virtual offset. */
  readonly realMonotonicMs: number;
  /** How long it had waited in this process by then, at most. */
  readonly waitedMs: number;
}

interface Act {
  readonly action: Ending["action"];
  readonly answer: Answer;
}

const INTERRUPTING = ["throttle", "code", "reply", "drop-request", "drop-reply", "hang"] as const;

/** A request that has arrived. */
export interface Received {
  /** So much later it takes effect. */
  readonly lateMs: number;
  carryOut(): Ending;
}

/** One request from recognition to the ledger. Everything but the socket. */
export function receive(origin: Origin, request: WireRequest, stamp: Stamp): Received {
  const seen = origin.simulator.recognise(request, origin.accounts);
  const arrival = arrive(origin, seen, stamp);
  const strike = {
    account: seen.account?.settings.name ?? null,
    calls: seen.call === null ? [] : [seen.call],
  };
  return {
    lateMs: origin.faults.take(["slow-call"], strike)?.ms ?? 0,
    carryOut: () => carryOut(origin, request, stamp, { seen, arrival, strike }),
  };
}

interface Arrived {
  readonly seen: Recognised;
  readonly arrival: Arrival | null;
  readonly strike: { readonly account: string | null; readonly calls: readonly string[] };
}

function carryOut(
  origin: Origin,
  request: WireRequest,
  stamp: Stamp,
  { seen, arrival, strike }: Arrived,
): Ending {
  const afterMs = origin.faults.take(["latency"], strike)?.ms ?? 0;
  const visit: Visit = {
    ...seen,
    request,
    nowMs: origin.clock.nowMs(),
    skewMs: (sentMs) =>
      Math.min(...[origin.clock.nowMs(), Date.now()].map((nowMs) => Math.abs(nowMs - sentMs))),
    overRate: arrival?.overRate ?? false,
    refusedItem: (items) =>
      items.find((item) => origin.faults.take(["refuse-items"], { ...strike, item }) !== null) ?? null,
  };
  const { action, answer } = act(origin, visit, strike);
  origin.ledger.record(
    {
      receivedAt: new Date(stamp.nowMs).toISOString(),
      receivedMonotonicMs: stamp.realMonotonicMs,
      waitedMs: stamp.waitedMs,
      account: strike.account,
      call: seen.call,
      items: seen.items,
      outcome: answer.outcome,
      status: action === "reply" ? answer.reply.status : null,
      accepted: answer.accepted,
      taskIds: answer.taskIds,
      overRate: visit.overRate,
    },
    arrival,
  );
  return { action, afterMs, reply: answer.reply };
}

function arrive(origin: Origin, seen: Recognised, stamp: Stamp): Arrival | null {
  if (seen.account === null || seen.call === null) return null;
  return (
    origin.gates.get(seen.account.settings.name)?.arrive(seen.call, stamp.monotonicMs, stamp.waitedMs) ?? null
  );
}

/** The simulator's answer, or what the first fault that strikes makes of it. */
function act(
  origin: Origin,
  visit: Visit,
  strike: { account: string | null; calls: readonly string[] },
): Act {
  const { simulator, faults } = origin;
  const knows = (code: string): boolean => simulator.refusal(visit, code, null) !== null;
  const fault = faults.take(INTERRUPTING, { ...strike, knows });
  const applied = (isApplied = false): Answer => (isApplied ? simulator.answer(visit) : NOTHING);
  switch (fault?.kind) {
    case undefined:
      return { action: "reply", answer: simulator.answer(visit) };
    case "throttle":
      return { action: "reply", answer: simulator.throttled(visit) };
    case "code": {
      const { reply, outcome } = simulator.refusal(visit, fault.code, fault.message ?? null) ?? NOTHING;
      return { action: "reply", answer: { ...applied(fault.applied), outcome, reply } };
    }
    case "reply": {
      const reply = {
        status: fault.status ?? 502,
        headers: fault.headers ?? { "content-type": "text/html" },
        body: fault.body ?? "<html><body><h1>502 Bad Gateway</h1></body></html>",
      };
      return {
        action: "reply",
        answer: { ...applied(fault.applied), outcome: `fault:reply-${reply.status}`, reply },
      };
    }
    case "drop-request":
      return { action: "drop", answer: { ...NOTHING, outcome: "fault:drop-request" } };
    case "drop-reply":
      return { action: "drop", answer: { ...simulator.answer(visit), outcome: "fault:drop-reply" } };
    case "hang":
      return { action: "hang", answer: { ...applied(fault.applied), outcome: "fault:hang" } };
    default:
      return fault satisfies never;
  }
}

const NOTHING: Answer = {
  reply: { status: 500, headers: {}, body: "" },
  outcome: "",
  accepted: [],
  taskIds: [],
};
