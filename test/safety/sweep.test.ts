import {
  CreateSecurityGroupCommand,
  ModifyNetworkInterfaceAttributeCommand,
} from "@aws-sdk/client-ec2";
import pLimit from "p-limit";
import { describe, expect, test } from "vitest";
import { sharedEmulator } from "../account/emulator.ts";
import { makeTestAccount } from "../account/testAccount.ts";
import { lies, openInterfaces } from "./lib/checks.ts";
import { allTrials, sampleOf } from "./lib/trials.ts";

const sampled = ["several interfaces", "Auto Scaling under MinSize pressure"];

describe.each([["kill"], ["runOn"]] as const)(
  "where a cancelled script is ended by %s",
  (cancelledScripts) => {
    test("a sample of faults leaves nothing open, no report lies, a further Contain finishes and Release gives all back (invariants 3, 5, 6, 10)", {
      timeout: 300_000,
    }, async () => {
      const emulator = await sharedEmulator({ timeScale: 30, cancelledScripts });
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
  test("find an open interface, and a report that says more than is so", async () => {
    const emulator = await sharedEmulator({ timeScale: 30, cancelledScripts: "kill" });
    const testAccount = await makeTestAccount(emulator, { interfaces: [["web"]] });
    const run = await testAccount.contain();
    expect(await openInterfaces(testAccount)).toEqual([]);
    expect(await lies(testAccount, run)).toEqual([]);
    const [interfaceId = ""] = testAccount.interfaceIds;
    const { GroupId = "" } = await testAccount.ec2.send(
      new CreateSecurityGroupCommand({
        GroupName: `ContainEC2Instance-all-access-${testAccount.instanceId}-x`,
        Description: "open",
        VpcId: testAccount.network.vpcId,
      }),
    );
    await testAccount.ec2.send(
      new ModifyNetworkInterfaceAttributeCommand({
        NetworkInterfaceId: interfaceId,
        Groups: [GroupId],
      }),
    );
    expect(await openInterfaces(testAccount)).toHaveLength(1);
    expect(await lies(testAccount, run)).toHaveLength(1);
  });
});
