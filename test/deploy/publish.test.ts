import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { DescribeDocumentCommand, SSMClient } from "@aws-sdk/client-ssm";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import type { Emulator } from "automation-emulator";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { inProject } from "../../build/root.ts";
import { sharedEmulator } from "../account/emulator.ts";
import { as, changedSample, type Ended, run, SAMPLE } from "./organization.ts";

// Each test runs commands, which take a second or two to start.
vi.setConfig({ testTimeout: 60_000 });

const ACCOUNT = "111122223333";
const folder = mkdtempSync(join(tmpdir(), "contain-publish-"));
const second = changedSample(folder, "second.yaml", "met");
const third = changedSample(folder, "third.yaml", "found");
let emulator: Emulator;

const publish = (
  settings: readonly string[],
  flags: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> =>
  run("publish", ["--yes", ...flags, ...settings.flatMap((setting) => ["-c", setting])], {
    ...emulator.env(ACCOUNT),
    ...environment,
  });

const versions = async (region: string): Promise<string> => {
  const { Document } = await new SSMClient(as(emulator, ACCOUNT, region)).send(
    new DescribeDocumentCommand({ Name: "ContainEC2Instance" }),
  );
  return `default ${Document?.DefaultVersion} of ${Document?.LatestVersion}`;
};

/** Credentials of a role that may do only this, held to it. */
async function limited(name: string, actions: readonly string[]): Promise<Record<string, string>> {
  const iam = new IAMClient(as(emulator, ACCOUNT));
  const statement = { Effect: "Allow", Action: "sts:AssumeRole", Principal: { AWS: ACCOUNT } };
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName: name,
      AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
    }),
  );
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: name,
      PolicyName: "Allowed",
      PolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: actions, Resource: "*" }],
      }),
    }),
  );
  emulator.iam.enforce(Role?.Arn ?? "");
  const { Credentials } = await new STSClient(as(emulator, ACCOUNT)).send(
    new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: "kay" }),
  );
  return {
    AWS_ACCESS_KEY_ID: Credentials?.AccessKeyId ?? "",
    AWS_SECRET_ACCESS_KEY: Credentials?.SecretAccessKey ?? "",
    AWS_SESSION_TOKEN: Credentials?.SessionToken ?? "",
  };
}

beforeAll(async () => {
  emulator = await sharedEmulator();
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("npm run publish", () => {
  const both = "regions=us-east-1,eu-west-1";

  it("prints with --json how each Region stands for programs, and all else beside it", async () => {
    const stands = (name: string, version: string) => [
      expect.objectContaining({
        region: "us-east-1",
        document: name,
        version,
        defaultVersion: version,
      }),
    ];
    const name = ["-c", "documentName=Machine"];
    const first = await publish([SAMPLE, "documentName=Machine"], ["--json"]);
    expect(first.status, first.all).toBe(0);
    expect(JSON.parse(first.stdout)).toEqual(stands("Machine", "1"));
    expect(first.stderr).toContain("Machine is new there");
    await publish([second, "documentName=Machine"]);
    for (const [command, version, args] of [
      ["rollback", "1", []],
      ["promote", "2", ["2"]],
    ] as const) {
      const ended = await run(
        command,
        [...args, "--yes", "--json", ...name],
        emulator.env(ACCOUNT),
      );
      expect(JSON.parse(ended.stdout)).toEqual(stands("Machine", version));
      expect(ended.stderr).toContain("the default of Machine goes from");
    }
  });

  it("brings the document into every Region through SSM alone", async () => {
    emulator.calls.clear();
    const ended = await publish([SAMPLE, both]);
    expect(ended.status, ended.all).toBe(0);
    for (const region of ["us-east-1", "eu-west-1"])
      expect(await versions(region)).toBe("default 1 of 1");
    expect(new Set(emulator.calls.all().map(({ service }) => service))).toEqual(new Set(["ssm"]));
  });

  it("makes no new version of what is there", async () => {
    expect((await publish([SAMPLE, both])).status).toBe(0);
    expect(await versions("us-east-1")).toBe("default 1 of 1");
  });

  it("makes a changed document the default, or with --no-promote not", async () => {
    const ended = await publish([second]);
    expect(ended.status, ended.all).toBe(0);
    expect(ended.stdout).toMatch(/^\+.*"met "/m);
    expect(await versions("us-east-1")).toBe("default 2 of 2");
    expect((await publish([third], ["--no-promote"])).status).toBe(0);
    expect(await versions("us-east-1")).toBe("default 2 of 3");
    expect((await publish([third])).status).toBe(0);
    expect(await versions("us-east-1")).toBe("default 3 of 3");
  });

  it("takes an older version that has the content instead of making another", async () => {
    expect((await publish([SAMPLE])).status).toBe(0);
    expect(await versions("us-east-1")).toBe("default 1 of 3");
  });

  it("says what to do when the document has all the versions it can have", async () => {
    await emulator.settings({ documentVersionQuota: 3 }, ACCOUNT);
    const ended = await publish([changedSample(folder, "fourth.yaml", "heard")]);
    await emulator.settings({ documentVersionQuota: 1000 }, ACCOUNT);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain("delete-document");
  });
});

describe("a command that can't go on says what to do", () => {
  it("without credentials", async () => {
    const ended = await publish([SAMPLE], [], {
      AWS_ACCESS_KEY_ID: "",
      AWS_SECRET_ACCESS_KEY: "",
    });
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain("No AWS credentials were found");
    expect(ended.stderr).toContain("aws sso login");
  });

  it("without a Region", async () => {
    const ended = await publish([SAMPLE], [], { AWS_REGION: "", AWS_DEFAULT_REGION: "" });
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain("export AWS_REGION=us-east-1");
  });

  it("in a Region without the document", async () => {
    const ended = await run("promote", ["1", "--yes"], {
      ...emulator.env(ACCOUNT),
      AWS_REGION: "ap-south-1",
    });
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain("There is no document ContainEC2Instance in ap-south-1");
  });

  it("with an endpoint that does not answer", async () => {
    const ended = await publish([SAMPLE], [], {
      AWS_ENDPOINT_URL: "http://127.0.0.1:9",
      AWS_MAX_ATTEMPTS: "2",
    });
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain("is the emulator running");
  });

  it("without a permission, which it names with who lacks it", async () => {
    const reader = await limited("Reader", ["ssm:DescribeDocument", "ssm:GetDocument"]);
    const ended = await publish([changedSample(folder, "fifth.yaml", "heard")], [], reader);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain("assumed-role/Reader/kay may not call ssm:UpdateDocument on");
    expect(ended.stderr).toContain("Ask for the permission ssm:UpdateDocument");
  });

  it("with a setting that is none", async () => {
    const ended = await publish([SAMPLE, "colour=blue", "regions=Frankfurt"]);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain("contain:colour is not a setting");
    expect(ended.stderr).toContain('contain:regions is "Frankfurt"');
  });

  it("with a setting that is none, also where CDK's own command line is used", async () => {
    const app = await run("../deploy/app", [], {
      ...emulator.env(ACCOUNT),
      CDK_CONTEXT_JSON: JSON.stringify({ "contain:colour": "blue" }),
    });
    expect(app.status).toBe(1);
    expect(app.stderr).toContain("contain:colour is not a setting");
    expect(app.stderr).not.toMatch(/^ +at /m);
  });

  it("with a Region that can't be one", async () => {
    const ended = await publish([SAMPLE], [], { AWS_REGION: "us east 1" });
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain("us east 1 is not the name of an AWS Region");
  });

  it("with a document that is too large or not there", async () => {
    const ended = await publish(["documentFile=nowhere.yaml"]);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain("nowhere.yaml can't be read (ENOENT)");
    const large = join(folder, "large.yaml");
    const sample = readFileSync(inProject("test/deploy/fixtures/sample.yaml"), "utf8");
    writeFileSync(large, `${sample}# ${"x".repeat(65_536)}`);
    expect((await publish([`documentFile=${large}`])).stderr).toContain("Systems Manager takes");
  });

  it("with a file that is no Automation document", async () => {
    emulator.calls.clear();
    const scalar = join(folder, "scalar.yaml");
    writeFileSync(scalar, "just a word");
    for (const file of ["package.json", "README.md", scalar]) {
      const ended = await publish([`documentFile=${file}`]);
      expect(ended.status).toBe(1);
      expect(ended.stderr).toContain(`${file} is not an Automation document`);
    }
    expect(emulator.calls.all()).toEqual([]);
  });
});
