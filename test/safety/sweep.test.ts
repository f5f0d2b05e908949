import {
  CreateSecurityGroupCommand,
  ModifyNetworkInterfaceAttributeCommand,
} from "@aws-sdk/client-ec2";
import { type Emulator, startEmulator } from "automation-emulator";
import pLimit from "p-limit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeWorld } from "../world/world.ts";
import { lies, openInterfaces } from "./lib/checks.ts";
import { allTrials, sampleOf } from "./lib/trials.ts";

const sampled = ["several interfaces", "Auto Scaling under MinSize pressure"];

describe.each([["kill"], ["runOn"]] as const)(
  "where a cancelled script is ended by %s",
  (cancelledScripts) => {
    let emulator: Emulator;
    beforeAll(async () => {
      emulator = await startEmulator({ timeScale: 20, cancelledScripts });
    });
    afterAll(() => emulator.close());

    test("a sample of faults leaves nothing open, no report lies, a further Contain finishes and Release gives all back (invariants 3, 5, 6, 10)", {
      timeout: 300_000,
    }, async () => {
      const all = await allTrials(emulator, sampled);
      const trials =
        cancelledScripts === "runOn" ? all.filter(({ kind }) => kind.startsWith("cancel")) : all;
      const limit = pLimit(3);
      const found = await Promise.all(
        sampleOf(trials, cancelledScripts === "runOn" ? 12 : 36).map((trial) =>
          limit(async () => ({ name: trial.name, wrong: await trial.run(emulator) })),
        ),
      );
      expect(found.length).toBeGreaterThan(8);
      expect(found.flatMap(({ name, wrong }) => wrong.map((line) => `${name}: ${line}`))).toEqual(
        [],
      );
    });
  },
);

describe("the checks themselves", () => {
  let emulator: Emulator;
  beforeAll(async () => {
    emulator = await startEmulator({ timeScale: 20 });
  });
  afterAll(() => emulator.close());

  test("find an open interface, and a report that says more than is so", async () => {
    const world = await makeWorld(emulator, { interfaces: [["web"]] });
    const run = await world.contain();
    expect(await openInterfaces(world)).toEqual([]);
    expect(await lies(world, run)).toEqual([]);
    const [interfaceId = ""] = world.interfaceIds;
    const { GroupId = "" } = await world.ec2.send(
      new CreateSecurityGroupCommand({
        GroupName: `ContainEC2Instance-all-access-${world.instanceId}-x`,
        Description: "open",
        VpcId: world.network.vpcId,
      }),
    );
    await world.ec2.send(
      new ModifyNetworkInterfaceAttributeCommand({
        NetworkInterfaceId: interfaceId,
        Groups: [GroupId],
      }),
    );
    expect(await openInterfaces(world)).toHaveLength(1);
    expect(await lies(world, run)).toHaveLength(1);
  });
});
