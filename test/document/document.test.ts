import { readFileSync } from "node:fs";
import { findPython } from "automation-language/python";
import { checkDocument } from "automation-validator/check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { DOCUMENT_BUDGET } from "../../build/emit.ts";
import { inProject } from "../../build/root.ts";
import { compile } from "../../document/compile.ts";
import { grantable } from "../../document/policy.ts";

const { yaml, permissions, levels } = compile(findPython());
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

/** The bytes that each script takes in a document, with the four blanks before each of its lines. */
function sizesOf(text: string): Record<string, number> {
  const steps: { name: string; inputs: { Script?: string } }[] = parse(text).mainSteps;
  return Object.fromEntries(
    steps.flatMap(({ name, inputs: { Script } }) =>
      Script === undefined
        ? []
        : [[name, Buffer.byteLength(Script.replace(/^(?=.)/gm, "    "))] as const],
    ),
  );
}

describe("the compiled document", () => {
  test("is the golden copy, byte for byte (vitest -u renews it)", async () => {
    await expect(yaml).toMatchFileSnapshot("../fixtures/ContainEC2Instance.yaml");
  });

  test("is the same each time", () => {
    expect(compile(findPython()).yaml).toBe(yaml);
  });

  test("is within the budget", () => {
    expect(Buffer.byteLength(yaml)).toBeLessThanOrEqual(DOCUMENT_BUDGET);
  });

  test("has no script that could be easier to read within the budget", () => {
    const sizes = [0, 1, 2, 3, 4, 5].map((level) => sizesOf(compile(findPython(), level).yaml));
    const left = DOCUMENT_BUDGET - Buffer.byteLength(yaml);
    for (const [name, level] of Object.entries(levels)) {
      expect(sizesOf(yaml)[name]).toBe(sizes[level]?.[name]);
      if (level > 0)
        expect((sizes[level - 1]?.[name] ?? 0) - (sizes[level]?.[name] ?? 0)).toBeGreaterThan(left);
    }
  });

  test("has no finding", async () => {
    expect(await checkDocument(yaml, { file: "golden", declaredPermissions: permissions })).toEqual(
      [],
    );
  });

  test("has the seed's parameters", () => {
    expect(Object.keys(document.parameters)).toEqual(seed.parameters);
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

  test("reports what fails after the backup, and what is cancelled", () => {
    const steps: { name: string; onFailure?: string; onCancel?: string }[] = document.mainSteps;
    const first = steps.findIndex(({ name }) => name === "branchOnAutoScalingGroupMembership");
    const last = steps.findIndex(({ name }) => name === "conclude");
    const changing = steps.slice(first, last).filter(({ name }) => name !== "reportRestore");
    for (const step of changing)
      expect([step.name, step.onFailure, step.onCancel]).toEqual([
        step.name,
        "step:conclude",
        "step:conclude",
      ]);
  });
});
