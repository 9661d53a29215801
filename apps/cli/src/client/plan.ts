import { CommandFailed, EXIT, type ExitCode } from "../exit.ts";
import { splitIntents, type Wish } from "./intents.ts";
import { BRIEF } from "./patience.ts";
import { planText } from "./render-plan.ts";
import { problemText } from "./render-problem.ts";
import { ask, exitOf, Refused } from "./request.ts";
import type { Session } from "./session.ts";
import type { GivenTarget } from "./targets.ts";

/** `plan OPERATION`: asks what the intent would cost. */
export async function plan(session: Session, wish: Wish, targets: readonly GivenTarget[]): Promise<ExitCode> {
  const [part, ...others] = splitIntents(wish, targets);
  // Each would be planned as if the others did not come.
  if (part === undefined || others.length > 0) {
    const given = `${targets.length} targets make ${others.length + 1} intents`;
    throw new CommandFailed(`plan: ${given}; expected as many as one intent takes`, EXIT.usage);
  }
  try {
    const planned = await ask(session, { method: "POST", path: "/v1/plan", body: part.body }, BRIEF);
    session.out(session.json ? `${JSON.stringify(planned)}\n` : planText(planned));
    return EXIT.ok;
  } catch (error) {
    if (session.json || !(error instanceof Refused)) throw error;
    throw new CommandFailed(problemText(error.problem, part.targets).trimEnd(), exitOf(error));
  }
}
