/** The role that the deployment makes may do all that the runbook does. */
import { expect, test, vi } from "vitest";
import { makeAutoScalingGroup, memberTestAccount } from "../account/asg.ts";
import { sharedEmulator } from "../account/emulator.ts";
import { holdToPolicy } from "../account/role.ts";
import { section } from "../account/run.ts";
import { left } from "../account/state.ts";
import { backupKey, makeTestAccount } from "../account/testAccount.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

test("a member with images, tags and a new bucket is contained twice and released, without a call that is refused", async () => {
  const emulator = await sharedEmulator();
  const alone = await makeTestAccount(emulator, {
    interfaces: [["web", "db"], ["db"]],
    bucket: false,
  });
  const sizes = { min: 1, max: 1, desired: 1 };
  const testAccount = await memberTestAccount(alone, await makeAutoScalingGroup(alone, sizes));
  await holdToPolicy(testAccount);
  const before = await testAccount.snapshot();
  const refused = /not authorized|UnauthorizedOperation|AccessDenied|failed/;
  const asked = { CreateAMIBackup: "true", TagIdentifier: "Key=Case,Value=4711" };
  const other = { TagIdentifier: "Key=Case,Value=4712" };
  const contained = await testAccount.contain(asked);
  expect(contained.status, contained.report || contained.failure).toBe("Success");
  const again = await testAccount.contain({
    ...other,
    EgressInput: ['{"Cidr":"203.0.113.9/32","IpProtocol":"tcp","FromPort":"443","ToPort":"443"}'],
  });
  expect(again.status, again.report || again.failure).toBe("Success");
  for (const run of [contained, again])
    for (const warning of section(run, "Warnings")) expect(warning).not.toMatch(refused);
  // The instance and its interface, and in the first run an image, its copy and their snapshots.
  expect(section(contained, "Tagged")).toHaveLength(6);
  expect(section(again, "Tagged")).toHaveLength(2);
  const released = await testAccount.release(backupKey(again));
  expect(released.status, released.report || released.failure).toBe("Success");
  const changed = await left(testAccount, before, { images: true });
  expect(changed.filter((line) => !line.startsWith("buckets"))).toEqual([]);
});
