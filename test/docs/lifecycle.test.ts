import { isEnd, NEXT, STATES } from "@purgeline/core";
import { expect, it } from "vitest";
import { generatedPart, isWriting, writePart } from "./generated-part.ts";

const PAGE = "ARCHITECTURE.md";

function diagram(): string {
  const steps = STATES.flatMap((state) => NEXT[state].map((next) => `  ${state} --> ${next}\n`));
  const ends = STATES.filter(isEnd).map((state) => `  ${state} --> [*]\n`);
  const lines = ["stateDiagram-v2\n", "  [*] --> pending\n", ...steps, ...ends];
  return `\`\`\`mermaid\n${lines.join("")}\`\`\`\n`;
}

it("the architecture page draws the life of a target as core's table has it", () => {
  if (isWriting) writePart(PAGE, "lifecycle", diagram());
  expect(generatedPart(PAGE, "lifecycle")).toBe(diagram());
});
