import { readFile, stat } from "node:fs/promises";
import { text as readStream } from "node:stream/consumers";
import { type Config, type ConfigProblem, loadConfig, renderProblems } from "@purgeline/config";
import { providers } from "@purgeline/providers";
import { CommandFailed, EXIT } from "../exit.ts";
import { isMissing, whyUnreadable } from "../unreadable.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface CheckedConfig {
  /** What messages call it. */
  readonly name: string;
  /** As it was read, `${NAME}` and all. */
  readonly text: string;
  readonly config: Config;
  /** When it was written, epoch ms: of two files that differ the newer one's limits are in force. */
  readonly writtenAtMs: number;
  /** One line each. */
  readonly warnings: readonly string[];
}

/** Reads and checks the file (`-`: standard input); `CommandFailed` (2) with every problem of it. */
export async function readConfig(file: string, env: Environment): Promise<CheckedConfig> {
  const name = file === "-" ? "standard input" : file;
  const { text, writtenAtMs } = file === "-" ? await readStandardInput(env) : await readNamed(file);
  const loaded = loadConfig(text, env, providers);
  const lines = (problems: readonly ConfigProblem[]): readonly string[] => renderProblems(problems, name);
  if (loaded.ok) return { name, text, writtenAtMs, config: loaded.config, warnings: lines(loaded.warnings) };
  throw new CommandFailed(lines(loaded.problems).join("\n"), EXIT.usage);
}

type Read = Pick<CheckedConfig, "text" | "writtenAtMs">;

/** `up` hands its roles the text that it checked, and when that was written. */
async function readStandardInput(env: Environment): Promise<Read> {
  const text = await readStream(process.stdin);
  return { text, writtenAtMs: Number(env.PURGELINE_CONFIG_WRITTEN_AT_MS ?? Date.now()) };
}

async function readNamed(file: string): Promise<Read> {
  try {
    return { text: await readFile(file, "utf8"), writtenAtMs: Math.floor((await stat(file)).mtimeMs) };
  } catch (error) {
    const hint = "-c FILE names one; docs/examples has some to begin with";
    throw new CommandFailed(
      isMissing(error)
        ? `no configuration file ${file}: ${hint}`
        : `${file}: ${whyUnreadable(error)}; expected a YAML file`,
      EXIT.usage,
    );
  }
}
