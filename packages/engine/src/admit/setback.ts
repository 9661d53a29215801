/** Hears of a step that failed without harm to the intent or account: rescue makes up for it. */
export type Setback = (
  step: "queue" | "staged" | "cancel" | "release" | "finish",
  subject: string,
  error: unknown,
) => void;
