import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  backupBucketName,
  bucketNames,
  contextArguments,
  executionRoleOf,
  loadConfig,
  parseConfig,
  readContext,
  regionsOf,
  stackName,
} from "../../common/config.ts";
import { Problem } from "../../common/problem.ts";

describe("settings", () => {
  it("are those of cdk.json, with -c over them", () => {
    expect(loadConfig()).toMatchObject({
      documentName: "ContainEC2Instance",
      regions: [],
      backupBucket: false,
    });
    expect(
      loadConfig([
        "documentName=Isolate",
        "contain:regions=us-east-1,eu-west-1",
        "backupBucket=true",
        "tags=Team=ir",
      ]),
    ).toMatchObject({
      documentName: "Isolate",
      regions: ["us-east-1", "eu-west-1"],
      backupBucket: true,
      tags: { Team: "ir" },
    });
  });

  it("name all that is wrong at once, and what it must be", () => {
    const wrong = (): unknown =>
      parseConfig({
        "contain:documentName": "AWS-Contain",
        "contain:regions": ["nowhere"],
        "contain:backupBucketPrefix": "Upper",
        "contain:documentNmae": "typo",
        "contain:objectLockDays": 30,
      });
    expect(wrong).toThrow(Problem);
    expect(wrong).toThrow(/documentName.*aws.*regions.*nowhere.*backupBucketPrefix.*/s);
    expect(wrong).toThrow(/documentNmae is not a setting/);
    expect(wrong).toThrow(/set contain:backupBucket to true/);
  });

  it.each([
    ["documentName", "D".repeat(114), "3 to 113"],
    ["automationRoleName", "r".repeat(65), "at most 64"],
    ["backupBucketPrefix", "xn--evidence", "AWS's own"],
    ["backupBucketPrefix", "sthree-evidence", "AWS's own"],
    ["backupBucketPrefix", "amzn-s3-demo-evidence", "AWS's own"],
    ["tags", { Team: "" }, "a map of tags"],
    ["tags", "Team=<ir>", "a map of tags"],
    ["tags", "Team", "a map of tags"],
    ["regions", 5, "Regions such as"],
  ])("refuse %s %j, which AWS would refuse later", (key, value, why) => {
    const read = (): unknown => parseConfig({ [`contain:${key}`]: value });
    expect(read).toThrow(Problem);
    expect(read).toThrow(`contain:${key} is ${JSON.stringify(value)}`);
    expect(read).toThrow(why);
  });

  it("refuse what does nothing, or what can't go together", () => {
    expect(() => parseConfig({ "contain:copyDocument": true })).toThrow(
      /contain:organizationalUnits with it/,
    );
    expect(() =>
      parseConfig({ "contain:automationRoleName": "Same", "contain:executionRoleName": "same" }),
    ).toThrow(/they must differ/);
  });

  it.each([
    ["too long", `/${"p".repeat(40)}/`, /make p+\/ContainEC2Instance-Execution, of 69 characters/],
    ["of characters that they don't take", "/a:b/", /at most 64 letters, digits and/],
  ])("refuse a role for other accounts whose path makes it %s", (_, rolePath, why) => {
    const path = { "contain:rolePath": rolePath };
    expect(() => parseConfig(path)).not.toThrow();
    for (const over of [
      { "contain:administration": true },
      { "contain:organizationalUnits": "r-ab12" },
    ])
      expect(() => parseConfig({ ...path, ...over })).toThrow(why);
  });

  it("take a role for other accounts of 64 characters, its path among them", () => {
    const longest = { "contain:rolePath": `/${"p".repeat(35)}/`, "contain:administration": true };
    expect(executionRoleOf(parseConfig(longest))).toHaveLength(64);
  });

  it("take a tag's value with = in it whole", () => {
    expect(parseConfig({ "contain:tags": "Team=a=b,Of=c" }).tags).toEqual({
      Team: "a=b",
      Of: "c",
    });
  });

  it("say where a cdk.json is broken", () => {
    const folder = mkdtempSync(join(tmpdir(), "contain-config-"));
    const path = join(folder, "cdk.json");
    try {
      writeFileSync(path, '{"context": {"contain:regions": []}');
      expect(() => readContext(path)).toThrow(/cdk\.json can't be read: .*JSON/);
      writeFileSync(path, '{"app": "x"}');
      expect(() => readContext(path)).toThrow("it has no map named context");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("leave the keys of CDK alone", () => {
    expect(() => parseConfig({ "@aws-cdk/core:something": true })).not.toThrow();
  });

  it("say how -c is written", () => {
    expect(() => contextArguments(["documentName"])).toThrow(/has no value/);
    expect(contextArguments(["documentName=a=b"])).toEqual([["contain:documentName", "a=b"]]);
  });
});

describe("Regions", () => {
  it("are those of the settings, else the one of the environment", () => {
    expect(regionsOf({ regions: ["eu-west-1"] }, { AWS_REGION: "us-east-1" })).toEqual([
      "eu-west-1",
    ]);
    expect(regionsOf({ regions: [] }, { AWS_DEFAULT_REGION: "us-east-2" })).toEqual(["us-east-2"]);
  });

  it("are named where one can't be a Region", () => {
    for (const wrong of ["no where", "nowhere", "us-east-1a", "us_east_1"])
      expect(() => regionsOf({ regions: [] }, { AWS_REGION: wrong })).toThrow(
        `${wrong} is not the name of an AWS Region`,
      );
    for (const right of ["us-gov-west-1", "cn-north-1", "us-isob-east-1", "eusc-de-east-1"])
      expect(regionsOf({ regions: [right] }, {})).toEqual([right]);
  });

  it("are asked for where there are none, in the one place that every command reads", () => {
    const asked = expect.objectContaining({
      message: "No AWS Region is set.",
      remedy: expect.stringMatching(/^Set AWS_REGION, (?!.*(--region|contain:))/),
    });
    expect(() => regionsOf({ regions: [] }, {})).toThrow(asked);
  });
});

describe("the buckets that the roles may use", () => {
  const approved = { respondApprovers: "Duty", respondBucket: "findings" };
  const made = "contain-ec2-backup-111122223333-*";
  it.each<[string, Record<string, unknown>, readonly string[]]>([
    ["every one where none is named or made", {}, []],
    ["the one that is made", { backupBucket: true }, [made]],
    ["those that are named", { buckets: "one,more-*" }, ["one", "more-*"]],
    ["also the one that is made", { buckets: "evidence", backupBucket: true }, ["evidence", made]],
    ["that of findings", approved, ["findings"]],
    ["also that of findings", { ...approved, buckets: "evidence" }, ["evidence", "findings"]],
    ["both", { ...approved, backupBucket: true }, [made, "findings"]],
    ["each once", { ...approved, buckets: "findings" }, ["findings"]],
  ])("are %s: %j", (_, settings, names) => {
    const context = Object.entries(settings).map(([key, value]) => [`contain:${key}`, value]);
    expect(bucketNames(parseConfig(Object.fromEntries(context)), "111122223333")).toEqual(names);
  });
});

it("names of buckets fit into 63 characters in every Region, names of stacks into CloudFormation's letters", () => {
  const longest = backupBucketName(
    { backupBucketPrefix: "a".repeat(35) },
    "111122223333",
    "ap-southeast-7",
  );
  expect(longest.length).toBeLessThanOrEqual(63);
  expect(stackName({ documentName: "1Contain_EC2.Instance" })).toMatch(/^[a-zA-Z][a-zA-Z0-9-]*$/);
});
