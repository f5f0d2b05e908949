import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Job } from "./lib/jobs.ts";
import { type Lab, openLab } from "./lib/lab.ts";
import { found, seed, some } from "./lib/sample.ts";
import { scenarios } from "./lib/scenarios.ts";
import { casesOf, jobOf, record } from "./lib/sweep.ts";

describe(`a sample of all faults and crashes (SAFETY_SEED=${seed} repeats it)`, {
  timeout: 300_000,
}, () => {
  let lab: Lab;
  let jobs: readonly Job[];
  beforeAll(async () => {
    lab = await openLab();
    const scenario = scenarios[seed % (scenarios.length - 1)];
    if (scenario === undefined) throw new Error("there is no scenario");
    const recorded = await record(lab.emulator, scenario);
    jobs = recorded.flatMap(casesOf).map(jobOf);
  }, 300_000);
  afterAll(() => lab.close());

  it("leaves nothing open, tells the truth and can be finished, whatever call fails", async () => {
    const faults = jobs.filter(({ section }) => section === "faults");
    expect(await found(lab, some(faults, 6))).toEqual({});
  });

  it("can be finished after it was killed or cancelled at whatever call", async () => {
    const crashes = jobs.filter(({ section }) => section === "crashes");
    expect(await found(lab, some(crashes, 4))).toEqual({});
  });
});
