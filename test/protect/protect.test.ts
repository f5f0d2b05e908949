/** ProtectEC2Evidence: protected, proved, and given back. */

import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  DetachVolumeCommand,
  ModifyInstanceAttributeCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { checkDocument } from "automation-validator/check";
import { describe, expect, test, vi } from "vitest";
import { protectEvidence } from "../../document/protect/runbook.ts";
import { sharedEmulator } from "../account/emulator.ts";
import { denying } from "../account/faults.ts";
import { callsIn, type Run, section } from "../account/run.ts";
import { differences } from "../account/snapshot.plain.ts";
import { changes, left } from "../account/state.ts";
import { backupKey } from "../account/testAccount.ts";
import { instanceRole, makeProtecting, protectDocument } from "./account.ts";
import { ownPolicies, unprotected } from "./state.ts";

vi.setConfig({ testTimeout: 120_000 });
const emulator = await sharedEmulator();

const expectEnd = (run: Run, status: "Success" | "Failed", title: RegExp): void => {
  expect([run.status, run.json.Title], `${run.report} ${run.failure}`).toEqual([
    status,
    expect.stringMatching(title),
  ]);
};

describe("the document", () => {
  const { yaml, permissions, renamed } = protectDocument();

  test("is the golden copy, byte for byte (vitest -u renews it)", async () => {
    await expect(yaml).toMatchFileSnapshot(`../fixtures/${protectEvidence.name}.yaml`);
  });

  test("has no finding, is far from its limit, and is a dry run unless told otherwise", async () => {
    expect(
      await checkDocument(yaml, { file: "protect.yaml", declaredPermissions: permissions }),
    ).toEqual([]);
    expect(renamed).toEqual([]);
    expect(protectEvidence.parameters.DryRun?.default).toBe(true);
  });
});

describe("Protect", () => {
  test("protects everything, proves it, and Release gives back the whole account as it was; each can be run again", async () => {
    const account = await makeProtecting(emulator);
    const before = await account.snapshot();
    expect(await unprotected(account)).toHaveLength(7);

    const run = await account.protect();
    expectEnd(run, "Success", /^PROTECTED:/);
    expect(await unprotected(account)).toEqual([]);

    const held = await account.snapshot();
    const again = await account.protect();
    expectEnd(again, "Success", /^ALREADY PROTECTED:/);
    expect(backupKey(again)).toBe(backupKey(run));
    expect(changes(account, again)).toEqual([]);
    expect(differences(held, await account.snapshot())).toEqual([]);

    const release = await account.release(backupKey(run));
    expectEnd(release, "Success", /^PROTECTION RELEASED:/);
    expect(await left(account, before)).toEqual([]);

    const twice = await account.release(backupKey(run));
    expectEnd(twice, "Success", /^PROTECTION RELEASED BEFORE, nothing was changed:/);
    expect(changes(account, twice)).toEqual([]);
  });

  test("as a dry run, as Release too, changes nothing and names every call that the real run makes", async () => {
    const account = await makeProtecting(emulator);
    const named = async (parameters: Record<string, string>): Promise<readonly string[]> => {
      const before = await account.snapshot();
      const dry = await account.run(parameters);
      expect(dry.status, dry.failure).toBe("Success");
      expect(dry.reportStep).toBe("reportProtectionPlan");
      expect(changes(account, dry)).toEqual([]);
      expect(differences(before, await account.snapshot())).toEqual([]);
      return callsIn(dry).map(({ Call }) => Call.split(":")[1] ?? "");
    };
    const planned = await named({});
    const run = await account.protect();
    expect(changes(account, run)).toEqual(planned);
    const back = await named({ Action: "Release", S3PrefixName: backupKey(run) });
    const release = await account.release(backupKey(run));
    expect(changes(account, release)).toEqual(back);
    expect(back).toContain("DeleteRolePolicy");
  });

  test.each([
    ["TerminationProtection", 1],
    ["KeepVolumes", 2],
    ["StopOnShutdown", 1],
    ["RevokeSessions", 1],
    ["DisassociateElasticIps", 2],
  ])("leaves alone what %s=false switches off, and does the rest", async (kind, count) => {
    const account = await makeProtecting(emulator);
    const before = await account.snapshot();
    const run = await account.protect({ [kind]: "false" });
    expectEnd(run, "Success", /^PROTECTED:/);
    const open = await unprotected(account);
    expect(open).toHaveLength(count);
    for (const item of open) expect(item).toMatch(new RegExp(`^${kind} `));
    // A further run does what is left, and its backup gives back what both did.
    const rest = await account.protect();
    expectEnd(rest, "Success", /^PROTECTED:/);
    expect(await unprotected(account)).toEqual([]);
    const older = await account.release(backupKey(run));
    expect(older.failure).toContain(`The one that holds has ${backupKey(rest)}`);
    expectEnd(await account.release(backupKey(rest)), "Success", /^PROTECTION RELEASED:/);
    expect(await left(account, before)).toEqual([]);
  });

  test("says which other instances the revocation cuts, and revokes as the IAM console does", async () => {
    const account = await makeProtecting(emulator);
    const instanceId = await account.neighbour();
    const run = await account.protect();
    expect(section(run, "Also cut").join()).toContain(instanceId);
    const roles = (await account.snapshot()).roles as Record<string, Record<string, string>>;
    const role = roles[`arn:aws:iam::${account.accountId}:role/${instanceRole}`] ?? {};
    const [policy = ""] = await ownPolicies(account);
    expect(JSON.parse(role[policy] ?? "")).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Deny",
          Action: ["*"],
          Resource: ["*"],
          Condition: {
            DateLessThan: {
              "aws:TokenIssueTime": expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
            },
          },
        },
      ],
    });
  });

  test("refuses, before anything is changed, an instance that is gone, a bucket that is not there and a folder that can't be", async () => {
    const account = await makeProtecting(emulator);
    for (const [parameters, said] of [
      [{ InstanceId: "i-0123456789abcdef0" }, "is terminated or not in this account"],
      [{ S3BucketName: "nobody-has-this-bucket" }, "There is no bucket nobody-has-this-bucket"],
      [{ S3PrefixName: "x.json" }, "To protect, S3PrefixName must be empty or a folder"],
    ] as const) {
      const run = await account.protect(parameters);
      expect(run.status).toBe("Failed");
      expect(run.failure).toContain(said);
      expect(changes(account, run)).toEqual([]);
    }
  });

  const dependsOn: Readonly<Record<string, RegExp>> = {
    "ec2:ModifyInstanceAttribute": /^(?:TerminationProtection|KeepVolumes|StopOnShutdown) /,
    "ec2:DisassociateAddress": /^DisassociateElasticIps /,
    "iam:PutRolePolicy": /^RevokeSessions /,
    "iam:GetRolePolicy": /^RevokeSessions /,
    "iam:GetInstanceProfile": /^RevokeSessions /,
    "ec2:DescribeInstanceAttribute": /^(?:TerminationProtection|StopOnShutdown) /,
    "ec2:DescribeAddresses": /^DisassociateElasticIps /,
  };
  test.each(Object.entries(dependsOn))(
    "without %s changes all else, says what is left and ends as Failed; a further run finishes",
    async (action, kinds) => {
      const account = await makeProtecting(emulator);
      const before = await account.snapshot();
      const run = await denying(account, [action], () => account.protect());
      expectEnd(run, "Failed", /^PROTECTION INCOMPLETE;/);
      const open = await unprotected(account);
      expect(open.length).toBeGreaterThan(0);
      for (const item of open) expect(item).toMatch(kinds);
      expect(run.report).toContain(action.split(":")[1]);
      const rest = await account.protect();
      expectEnd(rest, "Success", /^PROTECTED:/);
      expect(await unprotected(account)).toEqual([]);
      expectEnd(await account.release(backupKey(rest)), "Success", /^PROTECTION RELEASED:/);
      expect(await left(account, before)).toEqual([]);
    },
  );

  test("takes over what an earlier run changed, though it can't be read now", async () => {
    const account = await makeProtecting(emulator);
    const before = await account.snapshot();
    await account.protect({ KeepVolumes: "false" });
    const run = await denying(account, ["ec2:DescribeAddresses", "iam:GetRolePolicy"], () =>
      account.protect(),
    );
    expectEnd(run, "Failed", /^PROTECTION INCOMPLETE;/);
    expect(await unprotected(account)).toEqual([]);
    expectEnd(await account.release(backupKey(run)), "Success", /^PROTECTION RELEASED:/);
    expect(await left(account, before)).toEqual([]);
  });

  test("without the tag protects all the same, and says so", async () => {
    const account = await makeProtecting(emulator);
    const run = await denying(account, ["ec2:CreateTags"], () => account.protect());
    expectEnd(run, "Success", /^PROTECTED, WITH WARNINGS:/);
    expect(section(run, "Warnings").join()).toContain("The tag: CreateTags");
    expect(await unprotected(account)).toEqual([]);
  });

  test("without the backup read back changes nothing", async () => {
    const account = await makeProtecting(emulator);
    for (const action of ["s3:PutObject", "s3:GetObject"]) {
      const run = await denying(account, [action], () => account.protect());
      expect(run.failure).toContain("can't be written and read back");
      expect(await unprotected(account)).toHaveLength(7);
    }
  });
});

describe("Release", () => {
  test.each([
    "ec2:ModifyInstanceAttribute",
    "ec2:AssociateAddress",
    "iam:DeleteRolePolicy",
    "ec2:DeleteTags",
  ])("without %s gives back all else, and again the rest", async (action) => {
    const account = await makeProtecting(emulator);
    const before = await account.snapshot();
    const key = backupKey(await account.protect());
    const run = await denying(account, [action], () => account.release(key));
    // The tag alone is a hint, and no more is lost with it.
    if (action === "ec2:DeleteTags")
      expectEnd(run, "Success", /^PROTECTION RELEASED, WITH WARNINGS/);
    else {
      expectEnd(run, "Failed", /^RELEASE OF THE PROTECTION FAILED;/);
      expect(section(run, "To finish by hand").length).toBeGreaterThan(0);
    }
    expectEnd(await account.release(key), "Success", /^PROTECTION RELEASED:/);
    expect(await left(account, before)).toEqual([]);
  });

  test("leaves what its owner has changed since, says why, and gives back the rest", async () => {
    const account = await makeProtecting(emulator);
    const { ec2, iam, instanceId, allocations, interfaceIds } = account;
    const [first = "", second = ""] = allocations;
    const before = await account.snapshot();
    const key = backupKey(await account.protect());
    const [policy = ""] = await ownPolicies(account);
    const other = {
      Version: "2012-10-17",
      Statement: [{ Effect: "Deny", Action: "s3:*", Resource: "*" }],
    };
    await iam.send(
      new PutRolePolicyCommand({
        RoleName: instanceRole,
        PolicyName: policy,
        PolicyDocument: JSON.stringify(other),
      }),
    );
    const extra = (await account.instance()).BlockDeviceMappings?.find(
      ({ DeviceName }) => DeviceName === "/dev/sdf",
    );
    await ec2.send(
      new DetachVolumeCommand({
        VolumeId: extra?.Ebs?.VolumeId,
        InstanceId: instanceId,
        Device: "/dev/sdf",
      }),
    );
    await ec2.send(
      new AssociateAddressCommand({ AllocationId: first, NetworkInterfaceId: interfaceIds[1] }),
    );
    // Another address has the place of the second one.
    const { AllocationId } = await ec2.send(new AllocateAddressCommand({ Domain: "vpc" }));
    const places = before.addresses as Record<string, { readonly address: string }>;
    await ec2.send(
      new AssociateAddressCommand({
        AllocationId,
        NetworkInterfaceId: interfaceIds[0],
        PrivateIpAddress: places[second]?.address,
      }),
    );
    const changed = await account.snapshot();

    const run = await account.release(key);
    expectEnd(run, "Failed", /^RELEASE OF THE PROTECTION FAILED; 3 of 7/);
    const said = section(run, "What failed").join("\n");
    expect(said).toMatch(
      new RegExp(`${first} is ${interfaceIds[1]} .* as Protect left it: it stays`),
    );
    expect(said).toMatch(new RegExp(`${second} can't go back to .* another Elastic IP`));
    expect(said).toMatch(/RevokeSessions .* is another policy, .*: it stays/);
    expect(said).toMatch(/KeepVolumes \/dev\/sdf .* is not found or not readable/);
    const now = differences(changed, await account.snapshot());
    expect(now.filter((line) => /^(?:addresses|roles)/.test(line))).toEqual([]);
    expect(now.join("\n")).toContain(`machines ${instanceId} attributes protected: true → false`);
    expect(now.join("\n")).toContain('shutdown: "stop" → "terminate"');
  });

  test("of an instance that is terminated takes its policy back, and says what went with the instance", async () => {
    const account = await makeProtecting(emulator);
    const { ec2, instanceId } = account;
    const key = backupKey(await account.protect());
    await ec2.send(
      new ModifyInstanceAttributeCommand({
        InstanceId: instanceId,
        DisableApiTermination: { Value: false },
      }),
    );
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));
    expect((await account.protect()).failure).toContain("is terminated");
    const run = await account.release(key);
    expectEnd(run, "Success", /^PROTECTION RELEASED, WITH WARNINGS:/);
    expect(section(run, "Warnings").join()).toMatch(/eipalloc-\S+ went with the instance/);
    expect(await ownPolicies(account)).toEqual([]);
    expectEnd(await account.release(key), "Success", /^PROTECTION RELEASED BEFORE/);
  });

  test("takes its own policy from a role that another instance's protection holds too, and no other", async () => {
    const account = await makeProtecting(emulator);
    const instanceId = await account.neighbour();
    const key = backupKey(await account.protect());
    const other = await account.protect({ InstanceId: instanceId });
    expect(await ownPolicies(account)).toHaveLength(2);
    await account.release(key);
    expect(await ownPolicies(account)).toEqual([`ProtectEC2Evidence-${other.id}`]);
  });
});
