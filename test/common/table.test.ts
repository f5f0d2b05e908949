import { describe, expect, it } from "vitest";
import { table } from "../../common/table.ts";

const widest = (text: string): number =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with a control character
  Math.max(...text.split("\n").map((line) => line.replace(/\u001b\[[0-9;]*m/g, "").length));

describe("a table", () => {
  const long = "a reason that goes on and on ".repeat(5).trim();
  const rows = [["i-0123456789abcdef0", "Failed", long]];

  it("fits on a terminal of 80 columns, with nothing lost", () => {
    const text = table(["Target", "State", "Why"], rows, 80);
    expect(widest(text)).toBeLessThanOrEqual(80);
    const said = text.replace(/[│┌┐└┘├┤┬┴┼─\s]/g, "");
    expect(said).toContain("Failed");
    for (const word of new Set(long.split(" "))) expect(said).toContain(word);
    expect(text).toContain("i-0123456789abcdef0");
  });

  it("leaves each row in one line where there is no terminal", () => {
    expect(table(["Target", "State", "Why"], rows, undefined)).toContain(long);
  });

  it("takes no more than it needs", () => {
    expect(widest(table(["A", "B"], [["1", "2"]], 80))).toBeLessThan(12);
  });
});
