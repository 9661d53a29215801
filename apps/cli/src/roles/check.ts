import { renderConfig } from "@purgeline/config";
import { providers } from "@purgeline/providers";
import { EXIT, type ExitCode } from "../exit.ts";
import { type Environment, readConfig } from "./read-config.ts";

/** `check`: every problem, or the configuration in force, secrets masked. */
export async function check(
  file: string,
  env: Environment,
  print: { readonly out: (text: string) => void; readonly err: (text: string) => void },
): Promise<ExitCode> {
  const { config, warnings } = await readConfig(file, env);
  for (const warning of warnings) print.err(`warning: ${warning}\n`);
  print.out(renderConfig(config, providers));
  return EXIT.ok;
}
