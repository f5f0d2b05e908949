import {
  CreateSecurityGroupCommand,
  ModifyNetworkInterfaceAttributeCommand,
} from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeWorld } from "../world/world.ts";
import { drift, lies, notContained, openInterfaces } from "./lib/claims.ts";
import { atCall } from "./lib/during.ts";
import { faultAt } from "./lib/faults.ts";
import { type Lab, openLab } from "./lib/lab.ts";
import { stateOf } from "./lib/states.ts";

describe("the net that the trials are caught with", () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab();
  });
  afterAll(() => lab.close());

  it("catches an interface on an all-access group, and a report that hides it", async () => {
    const world = await makeWorld(lab.emulator, { interfaces: [["web"]] });
    const before = await world.snapshot();
    const run = await world.contain();
    const contained = await world.snapshot();
    expect(openInterfaces(contained)).toEqual([]);
    expect(notContained(contained, world.instanceId)).toEqual([]);
    expect(lies(run, world.instanceId, before, before, contained)).toEqual([]);
    expect(drift(before, contained)).not.toEqual([]);
    const { GroupId = "" } = await world.ec2.send(
      new CreateSecurityGroupCommand({
        GroupName: "ContainEC2Instance-all-access-forgotten",
        Description: "x",
        VpcId: world.network.vpcId,
      }),
    );
    const [NetworkInterfaceId = ""] = world.interfaceIds;
    await world.ec2.send(
      new ModifyNetworkInterfaceAttributeCommand({ NetworkInterfaceId, Groups: [GroupId] }),
    );
    const opened = await world.snapshot();
    expect(openInterfaces(opened)).toEqual([NetworkInterfaceId]);
    expect(lies(run, world.instanceId, before, before, opened)).toEqual([
      expect.stringContaining("is not contained"),
      expect.stringContaining("and it is OPEN TO ALL"),
    ]);
  });

  it("catches a release that brings back too little", async () => {
    const world = await makeWorld(lab.emulator, { interfaces: [["web", "db"]] });
    const before = await world.snapshot();
    const [NetworkInterfaceId = ""] = world.interfaceIds;
    const { web = "" } = world.network.groups;
    await world.ec2.send(
      new ModifyNetworkInterfaceAttributeCommand({ NetworkInterfaceId, Groups: [web] }),
    );
    expect(drift(before, await world.snapshot())).toEqual(
      expect.arrayContaining([expect.stringContaining(NetworkInterfaceId)]),
    );
  });

  it("meets the call that is meant, and each repetition of it", async () => {
    const world = await makeWorld(lab.emulator, { interfaces: [["web"]] });
    const step = "createAllAccessSecurityGroup";
    const planned = { step, service: "ec2", operation: "CreateSecurityGroup", nth: 2 };
    const fault = faultAt({ ...planned, readOnly: false }, "throttled on and on", world.accountId);
    if (fault === undefined) throw new Error("there is such a fault");
    const remove = lab.emulator.faults.add(fault);
    const run = await world.contain();
    remove();
    const made = lab.emulator.calls
      .of({ executionId: run.id, step })
      .filter(({ operation }) => operation === "CreateSecurityGroup");
    expect(made.map(({ outcome }) => outcome)).toEqual(["ok", ...Array(7).fill("fault")]);
  });

  it("lets something happen right before a call", async () => {
    const world = await makeWorld(lab.emulator, { interfaces: [["web"]] });
    const during = atCall(lab.emulator, world.accountId, 2, () => world.snapshot());
    const run = await world.run();
    during.remove();
    expect(run.status).toBe("Success");
    expect(await during.happened()).toEqual(await world.snapshot());
  });

  it("knows two accounts in the same state, whatever their ids", async () => {
    const states = await Promise.all(
      [["web"], ["web"], ["db"]].map(async (groups) => {
        const interfaces = [groups as ["web"]];
        const world = await makeWorld(lab.emulator, { interfaces });
        const before = await world.snapshot();
        await world.contain();
        return stateOf(world, before, await world.snapshot());
      }),
    );
    expect(states[0]).toBe(states[1]);
    expect(states[0]).not.toBe(states[2]);
  });
});
