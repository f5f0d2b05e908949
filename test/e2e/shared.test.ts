/** An instance in another account's VPC, on groups that the account shares, under the policy of the deployment. */
import {
  CreateAccountCommand,
  CreateOrganizationCommand,
  OrganizationsClient,
} from "@aws-sdk/client-organizations";
import { type Emulator, startEmulator } from "automation-emulator";
import { clientOptions, runInstance } from "automation-emulator/sample/account";
import { afterAll, beforeAll, expect, test } from "vitest";
import { aws } from "../world/cli.ts";
import { holdToPolicy } from "../world/role.ts";
import { callsIn } from "../world/run.ts";
import { expectIsolated, groupsByInterface, left } from "../world/state.ts";
import { backupKey, makeWorld, type World, withInstance } from "../world/world.ts";

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ timeScale: 5 });
});
afterAll(() => emulator.close());

/** A member of the owner's organization with an instance in the owner's subnet, on the owner's group. */
async function participant(): Promise<{ readonly owner: World; readonly world: World }> {
  const owner = await makeWorld(emulator);
  const organizations = new OrganizationsClient(clientOptions(owner.access));
  await organizations.send(new CreateOrganizationCommand({ FeatureSet: "ALL" }));
  const { CreateAccountStatus } = await organizations.send(
    new CreateAccountCommand({ AccountName: "member", Email: "member@example.com" }),
  );
  const accountId = CreateAccountStatus?.AccountId ?? "";
  const { subnetId, groups } = owner.network;
  const arn = (type: string, id = "") => `arn:aws:ec2:us-east-1:${owner.accountId}:${type}/${id}`;
  await aws(owner, [
    ...["ram", "create-resource-share", "--name=network", `--principals=${accountId}`],
    ...["--resource-arns", arn("subnet", subnetId), arn("security-group", groups.web)],
  ]);
  const world = await makeWorld(emulator, { accountId });
  const instance = await runInstance(world.ec2, subnetId, [[groups.web ?? ""]]);
  return { owner, world: withInstance(world, instance.instanceId, instance.interfaceIds) };
}

test("is contained and released with its owner's groups", async () => {
  const { owner, world } = await participant();
  await holdToPolicy(world);
  const before = await world.snapshot();
  const groups = await groupsByInterface(world);
  expect(Object.values(groups)).toEqual([[owner.network.groups.web]]);
  const dry = await world.run();
  expect(callsIn(dry).length, dry.failure).toBeGreaterThan(0);
  const contained = await world.contain();
  expect(contained.status, contained.report || contained.failure).toBe("Success");
  expect(contained.report).toMatch(/^CONTAINED: /);
  await expectIsolated(world);
  const released = await world.release(backupKey(contained));
  expect(released.status, released.report || released.failure).toBe("Success");
  expect(await groupsByInterface(world)).toEqual(groups);
  expect(await left(world, before)).toEqual([]);
});
