import { describe, expect, it } from "vitest";
import { providers } from "./index.ts";
import { testAccount } from "./shared/alibaba/test-account.ts";

const USER = { kind: "iam", endpoint: "iam.example.com/v3", domain: "d", user: "u", password: "p" } as const;

describe.each([...providers])("an account of %s with every fault", (name, provider) => {
  it("has each told without its path, which whoever shows it puts before it", () => {
    const own = { area: "moon", domainId: "!", enterpriseProjectId: "!" };
    const problems = provider.check({
      ...testAccount(name, { region: "mars-1", projectId: "a/b" }),
      credentials: USER,
      own,
    });
    expect(problems).not.toEqual([]);
    for (const { path, detail } of problems)
      expect(detail).not.toMatch(new RegExp(`^[\\w.]*${path.at(-1)}\\b`));
  });
});
