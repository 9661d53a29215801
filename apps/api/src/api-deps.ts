import type { IncomingMessage, ServerResponse } from "node:http";
import type { Token } from "@purgeline/config";
import type { IntakeStore, SlotQueue } from "@purgeline/core";
import type { Intake } from "@purgeline/engine";
import type { Logger, Metrics } from "@purgeline/telemetry";
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyPluginAsync,
  FastifyTypeProvider,
  RawServerDefault,
} from "fastify";
import type { z } from "zod";

/** Everything that the API is wired to. */
export interface ApiDeps {
  readonly store: IntakeStore;
  readonly queue: SlotQueue;
  readonly intake: Intake;
  /** null: whoever reaches the loopback address may do everything. */
  readonly tokens: readonly Token[] | null;
  readonly maxBodyBytes: number;
  /** How long intents are kept when they have ended. */
  readonly intentsMs: number;
  /** How providers that call back reach this API; null: as their requests say. */
  readonly publicUrl: string | null;
  readonly version: string;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Given when the role ends: long polls are answered then. */
  readonly signal: AbortSignal;
  /** More pages on the same port, with guards of their own: the board under `up`. */
  readonly board?: FastifyPluginAsync;
}

/** Parameters have the types of their schemas; answers are JSON that the engine built. */
export interface ZodParameters extends FastifyTypeProvider {
  readonly validator: this["schema"] extends z.ZodType ? z.output<this["schema"]> : unknown;
  readonly serializer: unknown;
}

/** A scope whose schemas are zod's. */
export type ApiScope = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodParameters
>;
