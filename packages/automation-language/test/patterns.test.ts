import { matchPatterns, translatePattern } from "automation-language/patterns";
import { describe, expect, it } from "vitest";
import { patternCases } from "./cases/patterns.ts";

describe("a pattern of Java's", () => {
  it("takes the texts that Java takes, and those alone", async () => {
    const results = await matchPatterns(patternCases);
    expect(patternCases.map((one, at) => ({ ...one, result: results[at]?.kind }))).toEqual(
      patternCases,
    );
  });

  it("says in words what Java refuses and what can't be translated", () => {
    expect(translatePattern("a**")).toEqual({
      kind: "refused",
      reason: "the * at 3 has nothing to repeat",
    });
    expect(translatePattern("\\p{javaMirrored}")).toMatchObject({
      kind: "untranslatable",
      reason: expect.stringContaining("\\p{javaMirrored}"),
    });
  });

  it("that takes too long is slow and keeps no other waiting", async () => {
    const slow = { pattern: "(a|aa)+$", text: `${"a".repeat(60)}b` };
    const begun = performance.now();
    const quick: number[] = [];
    const results = await Promise.all([
      matchPatterns([slow], { seconds: 2 }),
      ...["a", "b"].map(async (text) => {
        const found = await matchPatterns([{ pattern: "a|b", text }]);
        quick.push(performance.now() - begun);
        return found;
      }),
    ]);
    expect(results.map(([one]) => one?.kind)).toEqual(["slow", "whole", "whole"]);
    expect(Math.max(...quick)).toBeLessThan(performance.now() - begun);
  });

  it("names the missing package where Python has none", async () => {
    await expect(
      matchPatterns([{ pattern: "a", text: "a" }], { python: "/nowhere/python" }),
    ).rejects.toThrow("Python could not be started (/nowhere/python)");
  });
});
