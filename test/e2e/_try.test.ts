import { type Emulator, startEmulator } from "automation-emulator";
import { afterAll, beforeAll, expect, test } from "vitest";
import { groupState, makeAutoScalingGroup, memberWorld } from "../world/asg.ts";
import { differences } from "../world/snapshot.plain.ts";
import { backupKey, makeWorld } from "../world/world.ts";

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ timeScale: 5 });
});
afterAll(() => emulator.close());
const show = (run: any) => {
  console.log(run.status, run.reportStep, "\n", run.report, "\n", run.failure);
  for (const s of run.steps) console.log("  ", s.name, s.status, s.failure.slice(0, 1500));
};
test("contain and release", async () => {
  const world = await makeWorld(emulator);
  const before = await world.snapshot();
  show(await world.run());
  const run = await world.contain({
    TagIdentifier: "Key=Case,Value=4711",
    IngressInput: ['{"Cidr":"203.0.113.9/32","IpProtocol":"tcp","FromPort":"22","ToPort":"22"}'],
  });
  show(run);
  console.log(
    emulator.calls
      .of({ executionId: run.id })
      .map((c) => c.operation)
      .join(" "),
  );
  const key = backupKey(run);
  const dry = await world.run({ Action: "Release", S3PrefixName: key });
  show(dry);
  const rel = await world.release(key);
  show(rel);
  console.log(differences(before, await world.snapshot()));
});
test("asg", async () => {
  const w = await makeWorld(emulator, { interfaces: [["db"]], bucket: false });
  const world = await memberWorld(w, await makeAutoScalingGroup(w, { min: 2, max: 2, desired: 2 }));
  const before = await world.snapshot();
  const run = await world.contain({ CreateAMIBackup: "true" });
  show(run);
  console.log(await groupState(world));
  show(await world.contain());
  const rel = await world.release(backupKey(run));
  show(rel);
  console.log(await groupState(world));
  console.log(differences(before, await world.snapshot()));
});
