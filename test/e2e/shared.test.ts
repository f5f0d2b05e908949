/** An instance in another account's VPC, on groups that the account shares, under the policy of the deployment. */
import {
  CreateAccountCommand,
  CreateOrganizationCommand,
  OrganizationsClient,
} from "@aws-sdk/client-organizations";
import { clientOptions, runInstance } from "automation-emulator/sample/account";
import { expect, test } from "vitest";
import { aws } from "../account/cli.ts";
import { sharedEmulator } from "../account/emulator.ts";
import { holdToPolicy } from "../account/role.ts";
import { callsIn } from "../account/run.ts";
import { expectIsolated, groupsByInterface, left } from "../account/state.ts";
import {
  backupKey,
  makeTestAccount,
  type TestAccount,
  withInstance,
} from "../account/testAccount.ts";

const emulator = await sharedEmulator();

/** A member of the owner's organization with an instance in the owner's subnet, on the owner's group. */
async function participant(): Promise<{
  readonly owner: TestAccount;
  readonly testAccount: TestAccount;
}> {
  const owner = await makeTestAccount(emulator);
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
  const testAccount = await makeTestAccount(emulator, { accountId });
  const instance = await runInstance(testAccount.ec2, subnetId, [[groups.web ?? ""]]);
  return {
    owner,
    testAccount: withInstance(testAccount, instance.instanceId, instance.interfaceIds),
  };
}

test("is contained and released with its owner's groups", async () => {
  const { owner, testAccount } = await participant();
  await holdToPolicy(testAccount);
  const before = await testAccount.snapshot();
  const groups = await groupsByInterface(testAccount);
  expect(Object.values(groups)).toEqual([[owner.network.groups.web]]);
  const dry = await testAccount.run();
  expect(callsIn(dry).length, dry.failure).toBeGreaterThan(0);
  const contained = await testAccount.contain();
  expect(contained.status, contained.report || contained.failure).toBe("Success");
  expect(contained.report).toMatch(/^CONTAINED: /);
  await expectIsolated(testAccount);
  const released = await testAccount.release(backupKey(contained));
  expect(released.status, released.report || released.failure).toBe("Success");
  expect(await groupsByInterface(testAccount)).toEqual(groups);
  expect(await left(testAccount, before)).toEqual([]);
});
