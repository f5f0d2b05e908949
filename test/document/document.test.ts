import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { findPython } from "automation-language/python";
import { checkDocument } from "automation-validator/check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { DOCUMENT_BUDGET } from "../../build/emit.ts";
import { inProject } from "../../build/root.ts";
import { compile } from "../../document/compile.ts";
import { grantable } from "../../document/policy.ts";
import { source } from "../../document/source.ts";
import { parameterBytes } from "../../steps/parameters.ts";

const { yaml, permissions } = compile(findPython());
const document = parse(yaml);

/** The seed article's parameters, in its order, and its steps. */
const seed = {
  parameters: [
    "InstanceId",
    "Action",
    "DryRun",
    "CreateAMIBackup",
    "KmsKey",
    "IngressInput",
    "EgressInput",
    "TagIdentifier",
    "S3BucketName",
    "S3PrefixName",
    "AutomationAssumeRole",
  ],
  steps: [
    "validateRequiredInputs",
    "assertInstanceIsNotTerminated",
    "getAutoScalingInstanceInfo",
    "backupBucketPreChecks",
    "backupInstanceSecurityGroups",
    "createAllAccessSecurityGroup",
    "createContainmentSecurityGroup",
    "assertSourceInstanceRootVolumeIsEbs",
    "createImage",
    "createEncryptedCopy",
    "containFinalOutput",
  ],
  permissions: readFileSync(inProject("test", "fixtures", "seed-permissions.txt"), "utf8")
    .split("\n")
    .filter((line) => line !== ""),
};

describe("the compiled document", () => {
  test("is the golden copy, byte for byte (vitest -u renews it)", async () => {
    await expect(yaml).toMatchFileSnapshot("../fixtures/ContainEC2Instance.yaml");
  });

  test("is the same each time", () => {
    expect(compile(findPython()).yaml).toBe(yaml);
  });

  test("says where it comes from: name, version, and the digest of all its other lines", () => {
    const line = /^ Source: (\S+) (\S+), SHA-256 ([0-9a-f]{12}) of all other lines\.\n/m.exec(yaml);
    const [whole = "", name, version, digest] = line ?? [];
    const others = createHash("sha256").update(yaml.replace(whole, "")).digest("hex");
    expect([name, version]).toEqual(["contain-ec2-instance", source.version]);
    expect(others.slice(0, 12)).toBe(digest);
    expect(document.description).toContain(whole.trim());
  });

  test("asks of no list more values than Systems Manager takes", () => {
    const lists = Object.entries<{ readonly type: string; readonly maxItems?: number }>(
      document.parameters,
    ).filter(([, { type }]) => /^List<|List$/.test(type));
    expect(lists).not.toEqual([]);
    for (const [name, { maxItems = Number.POSITIVE_INFINITY }] of lists)
      expect(maxItems, name).toBeLessThanOrEqual(50);
  });

  test("calls a parameter required where a run without it is refused", () => {
    const required = Object.entries<{ readonly description: string }>(document.parameters)
      .filter(([, { description }]) => description.startsWith("(Required)"))
      .map(([name]) => name);
    expect(required).toEqual(["InstanceId", "S3BucketName", "AutomationAssumeRole"]);
  });

  test("is within the budget", () => {
    expect(Buffer.byteLength(yaml)).toBeLessThanOrEqual(DOCUMENT_BUDGET);
  });

  test("shortens local names of the longest scripts alone, and no more of them than the budget demands", () => {
    const { scripts, renamed } = compile(findPython());
    const byLength = [...scripts].sort(([, a], [, b]) => b.length - a.length);
    expect(renamed).toContain(byLength[0]?.[0]);
    for (const text of scripts.values()) expect(text).toMatch(/^def handler\(/m);
  });

  test("leaves its parameters what validateRequiredInputs checks", () => {
    expect(document.mainSteps[0].inputs.Script).toContain(`PARAMETER_BYTES=${parameterBytes}`);
  });

  test("has no finding", async () => {
    expect(await checkDocument(yaml, { file: "golden", declaredPermissions: permissions })).toEqual(
      [],
    );
  });

  test("has the seed's parameters", () => {
    // And one that AWS's own page has, after them.
    expect(Object.keys(document.parameters)).toEqual([...seed.parameters, "BackupS3BucketAccess"]);
  });

  test("has the seed's eleven steps in the seed's order", () => {
    const names: string[] = document.mainSteps.map((step: { name: string }) => step.name);
    expect(names.filter((name) => seed.steps.includes(name))).toEqual(seed.steps);
  });

  test("has types that give the console its pickers", () => {
    const { InstanceId, S3BucketName, AutomationAssumeRole } = document.parameters;
    expect([InstanceId.type, S3BucketName.type, AutomationAssumeRole.type]).toEqual([
      "AWS::EC2::Instance::Id",
      "AWS::S3::Bucket::Name",
      "AWS::IAM::Role::Arn",
    ]);
  });

  test("is a dry run unless told otherwise", () => {
    expect(document.parameters.DryRun.default).toBe(true);
    expect(document.parameters.Action.default).toBe("Contain");
    expect(document.parameters.KmsKey.default).toBe("alias/aws/ebs");
  });

  test("needs no permission that the seed does not list", () => {
    const needed = new Set([...Object.values(permissions).flat(), ...grantable]);
    expect([...needed].filter((action) => !seed.permissions.includes(action))).toEqual([]);
  });

  test("never changes the account's public access settings", () => {
    expect(yaml).not.toContain("PutAccountPublicAccessBlock");
    expect(Object.values(permissions).flat()).not.toContain("s3:PutAccountPublicAccessBlock");
  });

  test("goes to the verdict from whatever fails after the backup or is cancelled, or on to the isolation", () => {
    const steps: { name: string; action: string; onFailure?: string; onCancel?: string }[] =
      document.mainSteps;
    const first = steps.findIndex(({ name }) => name === "branchOnAutoScalingGroupMembership");
    const last = steps.findIndex(({ name }) => name === "verdict");
    for (const step of steps.slice(first, last).filter(({ name }) => name !== "reportRestore")) {
      expect(step.onFailure, step.name).toMatch(
        /^step:(?:verdict|createAllAccessSecurityGroup|createContainmentSecurityGroup)$/,
      );
      if (step.action !== "aws:updateVariable")
        expect(step.onCancel, step.name).toBe("step:verdict");
    }
  });
});
