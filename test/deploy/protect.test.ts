/** The protection of evidence as it is deployed, and the lines of docs/protect.md. */
import { readFileSync } from "node:fs";
import { ListRolesCommand } from "@aws-sdk/client-iam";
import type { Emulator } from "automation-emulator";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { inProject } from "../../build/root.ts";
import { loadConfig } from "../../common/config.ts";
import { loadDocument } from "../../common/document.ts";
import { assertPoliciesFit } from "../../deploy/policies.ts";
import { protectEvidence } from "../../document/protect/runbook.ts";
import { paste } from "../account/cli.ts";
import { sharedEmulator } from "../account/emulator.ts";
import {
  backupKey,
  clientsOf,
  freshAccount,
  makeTestAccount,
  type TestAccount,
} from "../account/testAccount.ts";
import { prepareEvidence } from "../protect/account.ts";
import { unprotected } from "../protect/state.ts";
import { bootstrap, run } from "./organization.ts";
import { person, policyWith } from "./person.ts";
import { templatesFor } from "./templates.ts";

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

const lines = [
  ...readFileSync(inProject("docs/protect.md"), "utf8").matchAll(/```console\n(.*)\n```/g),
].map(([, line = ""]) => line);

describe("ProtectStack", () => {
  const { app } = templatesFor(loadDocument("test/deploy/fixtures/sample.yaml"));
  const id = "ContainEC2Instance-Protect-us-east-1";

  it("is not there unless it is asked for", () => {
    expect(() => app(loadConfig()).of(id)).toThrow("no stack");
  });

  it("has the document in every Region, and in the first alone a role that may write policies of the named roles only", () => {
    const { of } = app(loadConfig(["protect=true", "protectRoles=app-*,path/web"]));
    const template = of(id);
    template.hasResourceProperties("AWS::SSM::Document", { Name: protectEvidence.name });
    of("ContainEC2Instance-Protect-eu-west-1").resourceCountIs("AWS::IAM::Role", 0);
    const [role] = Object.values(template.findResources("AWS::IAM::Role"));
    const statements = role?.Properties.Policies[0].PolicyDocument.Statement as readonly {
      readonly Action: readonly string[] | string;
      readonly Resource: unknown;
    }[];
    const writing = statements.filter(({ Action }) => Action.includes("iam:PutRolePolicy"));
    expect(JSON.stringify(writing.map(({ Resource }) => Resource))).toMatch(
      /:role\/app-\*.*:role\/path\/web/,
    );
    expect(writing).toHaveLength(1);
  });

  it("has no permission on any role where none is named", () => {
    const text = JSON.stringify(
      app(loadConfig(["protect=true"]))
        .of(id)
        .toJSON(),
    );
    expect(text).not.toContain("iam:PutRolePolicy");
    expect(text).toContain("ec2:ModifyInstanceAttribute");
  });

  it("lets its role use the key of the backup bucket", () => {
    const config = loadConfig(["protect=true", "backupBucket=true"]);
    const text = JSON.stringify(app(config).of("ContainEC2Instance-us-east-1").toJSON());
    expect(text).toContain(":role/ContainEC2Instance-Protect");
  });

  it("has a policy that IAM takes, or is refused before anything is deployed", () => {
    const roles = Array.from({ length: 100 }, (_, at) => `app-${at}-${"x".repeat(60)}`).join();
    const config = loadConfig(["protect=true", `protectRoles=${roles}`]);
    const publication = loadDocument("test/deploy/fixtures/sample.yaml");
    expect(() => assertPoliciesFit(config, publication, ["us-east-1"])).toThrow(
      "ContainEC2Instance-Protect would have",
    );
  });

  it.each([
    [["protectRoles=app"], "set contain:protect to true"],
    [["protect=true", "protectRoles=*"], "a role of this deployment that nobody should change"],
    [
      ["protect=true", "protectRoles=app,Contain*Execution"],
      "which is also ContainEC2Instance-Execution",
    ],
    [["protect=true", "protectRoles=a b"], "names of roles"],
    [["protect=yes"], "true or false"],
  ])("refuses %j in words", (given, said) => {
    expect(() => loadConfig(given)).toThrow(said);
  });
});

describe("deployed with the line of docs/protect.md", () => {
  const [dry = "", release = "", deploy = ""] = lines;
  const accountId = freshAccount();
  const bucket = `contain-ec2-backup-${accountId}-us-east-1`;
  let emulator: Emulator;
  let account: TestAccount;
  beforeAll(async () => {
    emulator = await sharedEmulator();
    await bootstrap(emulator, accountId, "us-east-1");
    const args = deploy
      .replace("npm run deploy -- ", "")
      .split(" ")
      .map((word) => word.replace(/^'(.*)'$/, "$1"));
    const deployed = await run("deploy", ["--yes", ...args], emulator.env(accountId));
    expect(deployed.status, deployed.all).toBe(0);
    expect(deployed.stdout).toMatch(/ProtectEC2Evidence .*verified/);

    const { iam } = clientsOf({ endpoint: emulator.endpoint, accountId, region: "us-east-1" });
    for (const { Arn = "" } of (await iam.send(new ListRolesCommand({}))).Roles ?? [])
      if (Arn.includes("/ContainEC2Instance-")) emulator.iam.enforce(Arn);
    account = await makeTestAccount(emulator, {
      accountId,
      interfaces: [["web"], ["db"]],
      bucket: false,
      published: true,
    });
    await prepareEvidence(account, "app-1");
  });

  it("it is started by a person with the permissions that the page names, and with no less", async () => {
    const starts = async (name: string, left: string) => {
      const who = await person(
        emulator,
        accountId,
        name,
        policyWith("protect.md", accountId, left),
      );
      emulator.iam.enforce(`arn:aws:iam::${accountId}:role/${name}`);
      const args = ["--document", protectEvidence.name, "--instance", account.instanceId];
      return run("execute", [...args, "--bucket", bucket], who);
    };
    expect((await starts("NoDocument", "Start")).all).toContain("ssm:StartAutomationExecution");
    expect((await starts("NoRole", "PassTheRoles")).all).toContain("iam:PassRole");
    const ended = await starts("Responder", "");
    expect(ended.status, ended.all).toBe(0);
    expect(ended.stdout).toContain("DRY RUN OF PROTECT");
  });

  it("its lines plan, protect and release an instance, with the deployed role's own policy", async () => {
    const names: readonly (readonly [string, string])[] = [
      ["i-0123456789abcdef0", account.instanceId],
      ["incident-evidence", bucket],
      ["111122223333", accountId],
    ];
    const type = async (line: string, key = "") => {
      const typed = names.reduce((text, [there, here]) => text.replaceAll(there, here), line);
      const query = "--query AutomationExecutionId --output text";
      const id = await paste(account, `${typed.replace("KEY", key)} ${query}`);
      return account.finished(id.trim());
    };
    const open = await unprotected(account, "app-1");
    const planned = await type(dry);
    expect(planned.json.Title, planned.failure).toMatch(/^DRY RUN OF PROTECT/);
    const made = await type(dry.replace("'InstanceId", "'DryRun=false,InstanceId"));
    expect(made.json.Title, made.failure).toMatch(/^PROTECTED:/);
    expect(await unprotected(account, "app-1")).toEqual([]);
    const released = await type(release, backupKey(made));
    expect(released.json.Title, released.failure).toMatch(/^PROTECTION RELEASED:/);
    expect(await unprotected(account, "app-1")).toEqual(open);
  });
});
