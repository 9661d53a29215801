/** Standard output belongs to the program that set-up prepares: set-up speaks on standard error. */
export function say(/** @type {string} */ line) {
  process.stderr.write(`purgeline set-up: ${line}\n`);
}

/** An expected way to fail, told in words: no stack trace. */
export class SetUpProblem extends Error {}
