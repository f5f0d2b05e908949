import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findPython } from "automation-language/python";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { digestOf, kept } from "../../build/inline/cache.ts";
import { inlineHandlers } from "../../build/inline/inline.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "contain-cache-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("a kept result", () => {
  let made = 0;
  const make = (): string => `made ${++made}\nin two lines`;
  beforeEach(() => {
    made = 0;
  });

  test("is made once for a digest, and again for another", () => {
    expect([kept(folder, "x", "a", make), kept(folder, "x", "a", make)]).toEqual([
      "made 1\nin two lines",
      "made 1\nin two lines",
    ]);
    expect(kept(folder, "x", "b", make)).toBe("made 2\nin two lines");
    expect(readdirSync(folder).sort()).toEqual(["x-a", "x-b"]);
  });

  test("goes when there are many newer ones, and nothing else does", () => {
    writeFileSync(join(folder, "other"), "");
    for (let digest = 0; digest < 20; digest++) kept(folder, "x", String(digest), make);
    const left = readdirSync(folder);
    expect(left).toHaveLength(9);
    expect(left).toContain("other");
    expect(left).toContain("x-19");
  });

  test.each([
    ["cut off", (text: string) => text.slice(0, -3)],
    ["changed", (text: string) => text.replace("made 1", "made 9")],
    ["empty", () => ""],
  ])("that was %s is made anew", (_, spoil) => {
    kept(folder, "x", "a", make);
    const file = join(folder, "x-a");
    writeFileSync(file, spoil(readFileSync(file, "utf8")));
    expect(kept(folder, "x", "a", make)).toBe("made 2\nin two lines");
  });

  test("costs nothing but time where it can't be written", () => {
    writeFileSync(join(folder, "file"), "");
    expect(kept(join(folder, "file"), "x", "a", make)).toBe("made 1\nin two lines");
  });
});

test("a digest tells texts from each other also where their joined text is the same", () => {
  expect(digestOf(["ab", "c"])).not.toBe(digestOf(["a", "bc"]));
});

test("a script follows its handler and the shared module it uses, however often it was compiled before", () => {
  const shared = join(folder, "shared");
  mkdirSync(shared);
  const [handler, module] = [join(folder, "handler.py"), join(shared, "words.py")];
  const compiled = (): string =>
    inlineHandlers(findPython(), [handler], shared)[0]?.readable.text ?? "";
  writeFileSync(module, 'def word():\n    return "first"\n');
  writeFileSync(
    handler,
    "from shared.words import word\n\n\ndef handler(events, context):\n    return {'Word': word()}\n",
  );
  expect(compiled()).toContain("first");
  writeFileSync(module, 'def word():\n    return "second"\n');
  expect(compiled()).toContain("second");
  writeFileSync(handler, readFileSync(handler, "utf8").replace("'Word'", "'Other'"));
  expect(compiled()).toContain("Other");
});
