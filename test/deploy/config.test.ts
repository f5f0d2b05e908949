import { describe, expect, it } from "vitest";
import {
  backupBucketName,
  contextArguments,
  loadConfig,
  parseConfig,
  regionsOf,
  stackName,
} from "../../deploy/config.ts";
import { Problem } from "../../deploy/problem.ts";

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

  it("are asked for where there are none", () => {
    expect(() => regionsOf({ regions: [] }, {})).toThrow("No AWS Region is set");
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
