import { readFileSync } from "node:fs";
import { readPins } from "automation-language/pythonSetup";
import { expect, test } from "vitest";
import { inProject } from "../../build/root.ts";
import { locks } from "../../scripts/locks.ts";

/** What a lock has: each package's version, and how many hashes. */
function locked(file: string): ReadonlyMap<string, { version: string; hashes: number }> {
  const entries = readFileSync(inProject(file), "utf8").split(/\n(?=[a-z0-9])/i);
  return new Map(
    entries.flatMap((entry) => {
      const [, name = "", version = ""] = /^([\w.-]+)(?:\[[^\]]*\])?==(\S+)/.exec(entry) ?? [];
      const hashes = entry.match(/--hash=sha256:[0-9a-f]{64}/g)?.length ?? 0;
      return name === "" ? [] : [[name.toLowerCase(), { version, hashes }] as const];
    }),
  );
}

for (const [lock, ...pins] of locks)
  test(`${lock} has every pin of ${pins.join(" and ")}, and a hash for each package`, () => {
    const has = locked(lock);
    for (const pin of pins.flatMap((file) => readPins(inProject(file)))) {
      const [, name = "", version] = /^([\w.-]+)(?:\[.*\])?==(\S+)$/.exec(pin) ?? [];
      expect(has.get(name.toLowerCase())?.version, `${pin}: run npm run lock`).toBe(version);
    }
    for (const [name, { hashes }] of has) expect(hashes, name).toBeGreaterThan(0);
  });

test("the locks agree with each other", () => {
  const widest = locked(locks[0][0]);
  for (const [lock] of locks)
    for (const [name, { version }] of locked(lock))
      expect(version, `${lock}: ${name}`).toBe(widest.get(name)?.version);
});
