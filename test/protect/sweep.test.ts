/** A sample of the sweep's troubles, on ProtectEC2Evidence; `npm run safety -- --only evidence` has them all. */
import { expect, test } from "vitest";
import { sharedEmulator } from "../account/emulator.ts";
import { protection } from "../safety/lib/protection.ts";
import { runAll } from "../safety/lib/results.ts";
import { kinds } from "../safety/lib/sweep.ts";
import { allTrials, sampleOf } from "../safety/lib/trials.ts";

test("whatever fails or ends a Protect or a Release, no report lies, a further run finishes, and Release gives all back", {
  timeout: 400_000,
}, async () => {
  const emulator = await sharedEmulator({ timeScale: 30, cancelledScripts: "kill" });
  const all = await allTrials(emulator, { pairs: 10, seed: 11, only: [protection.name] });
  const own = all.filter(({ scenario }) => scenario === protection.name);
  const found = [...new Set(own.map(({ kind }) => kind))];
  for (const action of ["Protect", "Release"])
    for (const kind of [...Object.keys(kinds), "permission refused"])
      expect(found).toContain(`${action}: ${kind}`);
  const mine = own.filter(({ mode }) => mode === "kill");
  const results = await runAll(emulator, sampleOf(mine, 22, 11), 3);
  expect(
    results.flatMap(({ trial, violations }) => violations.map((line) => `${trial.name}: ${line}`)),
  ).toEqual([]);
});
