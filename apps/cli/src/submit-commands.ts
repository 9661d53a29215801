import { Argument, type Command, Option } from "commander";
import type { TargetKind, Wish } from "./client/intents.ts";
import type { GivenTarget } from "./client/targets.ts";
import {
  type ConnectionOptions,
  clientCommand,
  collect,
  type Finish,
  openSession,
  withTimeout,
} from "./client-command.ts";
import { CommandFailed, EXIT } from "./exit.ts";
import type { Shell } from "./shell.ts";

interface SubmitOptions extends ConnectionOptions {
  readonly file?: readonly string[];
  readonly directory?: boolean;
  readonly pattern?: boolean;
  readonly ignoreParams?: boolean;
  readonly media?: boolean;
  readonly account?: readonly string[];
  readonly urgent?: boolean;
  readonly soft?: boolean;
  readonly then?: "prefetch";
  readonly area?: string;
  readonly label?: readonly string[];
  readonly timeout?: number;
  readonly wait: boolean;
}

const TARGETS_HELP = `
Targets come from the arguments, from --file F (one a line; # begins a comment), or from
standard input. More than 10,000 become several intents.

Exit code: 0 all confirmed · 1 ended otherwise · 2 usage, or refused · 3 unreachable ·
4 still running at --timeout · 130 Ctrl-C (the work goes on).`;

export function addSubmitCommands(program: Command, shell: Shell, finish: Finish): void {
  const purge = purgeOptions(
    clientCommand(program, "purge [targets...]", "purge URLs, or what the options say, and wait for the end"),
  );
  const prefetch = clientCommand(
    program,
    "prefetch [targets...]",
    "fetch URLs into the caches, and wait for the end",
  );
  for (const [op, command] of [
    ["purge", purge],
    ["prefetch", prefetch],
  ] as const) {
    targetOptions(withTimeout(command))
      .option("--label <key=value>", "a label to find the intent by (may be repeated)", collect)
      .option("--no-wait", "return as soon as the intent is durable")
      .addHelpText("after", TARGETS_HELP)
      .action(async (args: readonly string[], options: SubmitOptions) => {
        const wish = await readWish(op, options);
        const { submit } = await import("./client/submit.ts");
        const targets = await readTargets(args, options, shell);
        const waiting = { isWaiting: options.wait, timeoutMs: options.timeout ?? null };
        finish(await submit(openSession(shell, options), { wish, targets, ...waiting }));
      });
  }
}

const PLAN_HELP = `
Targets and options are those of the operation; nothing is enqueued, and nothing changes.

Exit code: 0 planned · 2 usage, or refused · 3 unreachable.`;

export function addPlanCommand(program: Command, shell: Shell, finish: Finish): void {
  const plan = clientCommand(
    program,
    "plan",
    "show what a purge or prefetch would cost: calls, quota, time",
  ).addArgument(new Argument("<operation>", "what is planned").choices(["purge", "prefetch"]));
  targetOptions(purgeOptions(plan.argument("[targets...]")))
    .addHelpText("after", PLAN_HELP)
    .action(async (op: Wish["op"], args: readonly string[], options: SubmitOptions) => {
      const wish = await readWish(op, options);
      const { plan: planned } = await import("./client/plan.ts");
      const targets = await readTargets(args, options, shell);
      finish(await planned(openSession(shell, options), wish, targets));
    });
}

function purgeOptions(command: Command): Command {
  return command
    .option("--directory", "the targets are directories: URLs that end in /")
    .option("--pattern", "the targets are patterns (where the provider has them)")
    .option("--ignore-params", "the targets are URLs of which every query variant is meant")
    .option("--soft", "mark as stale instead of removing (where the provider can)")
    .addOption(
      new Option("--then <operation>", "prefetch each URL once its purge is confirmed, and wait for that too")
        .choices(["prefetch"])
        .conflicts(["directory", "pattern", "ignoreParams", "media"]),
    );
}

function targetOptions(command: Command): Command {
  return command
    .option("--media", "the targets are media or asset ids; needs --account")
    .option("--account <name>", "only this account (may be repeated)", collect)
    .option("--area <area>", "only this area of the provider's network")
    .option("--urgent", "before everything that is not urgent")
    .option("--file <file>", "read targets from a file, - is standard input (may be repeated)", collect);
}

async function readTargets(
  args: readonly string[],
  options: SubmitOptions,
  shell: Shell,
): Promise<readonly GivenTarget[]> {
  const { gatherTargets } = await import("./client/targets.ts");
  return await gatherTargets({ args, files: options.file ?? [], stdin: shell.stdin });
}

async function readWish(op: Wish["op"], options: SubmitOptions): Promise<Wish> {
  const { readLabels } = await import("./client/intents.ts");
  return {
    op,
    kind: kindOf(options),
    accounts: options.account ?? [],
    isUrgent: options.urgent ?? false,
    isSoft: options.soft ?? false,
    isPrefetchedThen: options.then === "prefetch",
    area: options.area ?? null,
    labels: readLabels(options.label ?? []),
  };
}

function kindOf(options: SubmitOptions): TargetKind {
  const kinds: readonly (readonly [TargetKind, string, boolean | undefined])[] = [
    ["directories", "--directory", options.directory],
    ["patterns", "--pattern", options.pattern],
    ["ignoreParams", "--ignore-params", options.ignoreParams],
    ["media", "--media", options.media],
  ];
  const given = kinds.filter(([, , isGiven]) => isGiven === true);
  const [first, second] = given;
  if (second !== undefined) {
    const flags = given.map(([, flag]) => flag).join(" and ");
    throw new CommandFailed(`${flags}: expected one kind of targets in a command`, EXIT.usage);
  }
  if (first?.[0] === "media" && options.account === undefined) {
    throw new CommandFailed(
      "--media: expected --account A too: a media id does not say whose it is",
      EXIT.usage,
    );
  }
  return first?.[0] ?? "urls";
}
