import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { driftJobs } from "./lib/drift.ts";
import { parameterJobs } from "./lib/hostile.ts";
import { type Lab, openLab } from "./lib/lab.ts";
import { privilegeJobs } from "./lib/privilege.ts";
import { raceJobs } from "./lib/races.ts";
import { found, seed, some } from "./lib/sample.ts";
import { tamperJobs } from "./lib/tampering.ts";

describe(`a sample of the other trials (SAFETY_SEED=${seed} repeats it)`, {
  timeout: 300_000,
}, () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab();
  });
  afterAll(() => lab.close());

  it("survives two runs at once, and people who change things meanwhile", async () => {
    expect(await found(lab, some(raceJobs, 2))).toEqual({});
  });

  it("does nothing unusual for hostile parameters, backups, tags and names", async () => {
    expect(await found(lab, [...some(tamperJobs, 3), ...parameterJobs(seed, 4)])).toEqual({});
  });

  it("gets by with its own policy, and stops safely with less", async () => {
    expect(await found(lab, some(privilegeJobs(), 2))).toEqual({});
  });

  it("leaves no trace in random accounts", async () => {
    expect(await found(lab, driftJobs(seed, 3))).toEqual({});
  });
});
