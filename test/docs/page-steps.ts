/** One block of code of a page, in order. */
export interface Block {
  readonly language: string;
  readonly text: string;
  /** What the sentence before it calls it: "`rehearsal.yaml`:". */
  readonly file: string | null;
}

/** The blocks between two headings. */
export function blocksOf(page: string, from: string, to: string): readonly Block[] {
  const section = page.slice(page.indexOf(`\n${from}\n`), page.indexOf(`\n${to}\n`));
  return [...section.matchAll(/([^\n]*)\n\n```(\w+)\n([\s\S]*?)```/g)].map(
    ([, before = "", language = "", text = ""]) => ({
      language,
      text,
      file: /`(\S+)`:$/.exec(before)?.[1] ?? null,
    }),
  );
}

/** What an output must look like: `…` stands for anything, on one line or many. */
export function asPattern(expected: string): RegExp {
  const parts = expected.trim().split("…");
  return new RegExp(`^${parts.map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("[^]*?")}$`);
}
