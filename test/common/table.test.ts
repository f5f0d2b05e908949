import { stripVTControlCharacters } from "node:util";
import pc from "picocolors";
import { describe, expect, it } from "vitest";
import { table } from "../../common/table.ts";

const widest = (text: string): number =>
  Math.max(
    ...stripVTControlCharacters(text)
      .split("\n")
      .map((line) => line.length),
  );

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

  it("wraps coloured cells at the letters that are seen", () => {
    const { red } = pc.createColors(true);
    const plain = table(["Target", "Why"], [["i-0", long]], 80);
    const coloured = table(["Target", "Why"], [["i-0", red(long)]], 80);
    expect(coloured).not.toBe(plain);
    expect(stripVTControlCharacters(coloured)).toBe(plain);
  });

  it("leaves each row in one line where there is no terminal", () => {
    expect(table(["Target", "State", "Why"], rows, undefined)).toContain(long);
  });

  it("takes no more than it needs", () => {
    expect(widest(table(["A", "B"], [["1", "2"]], 80))).toBeLessThan(12);
  });
});
