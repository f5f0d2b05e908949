import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Emulator } from "automation-emulator";
import { findPython } from "automation-language/python";
import { execa } from "execa";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { inProject } from "../../build/root.ts";
import { loadConfig } from "../../common/config.ts";
import { roleFiles } from "../../deploy/roleFiles.ts";
import { documents } from "../../document/documents.ts";
import { sharedEmulator } from "../account/emulator.ts";
import { instance } from "./organization.ts";
import { type Session, session } from "./session.ts";
import { ACCOUNT } from "./templates.ts";

// Documents are compiled, and commands take a second or two to start.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** The lines that docs/deploy.md gives for a deployment without CloudFormation. */
const linesOfTheGuide: readonly string[] = (
  /### Without CloudFormation[\s\S]*?```console\n([\s\S]*?)```/.exec(
    readFileSync(inProject("docs", "deploy.md"), "utf8"),
  )?.[1] ?? ""
)
  .split("\n")
  .filter((line) => line !== "");

let emulator: Emulator;
let person: Session;
beforeAll(async () => {
  emulator = await sharedEmulator();
  person = session(emulator, "roleFiles");
});

async function type(line: string): Promise<void> {
  const [tool, ...rest] = line.split(" ");
  const ended =
    tool === "npm"
      ? await person.npm(
          ACCOUNT,
          rest[1] ?? "",
          ...rest.slice(3),
          ...(rest[1] === "publish" ? ["--yes"] : []),
        )
      : await person.aws(ACCOUNT, ...rest);
  expect(ended.status, `${line}\n${ended.all}`).toBe(0);
}

describe("a deployment without CloudFormation", () => {
  it("comes about by the lines of the guide as they stand, and contains with the role that it made", async () => {
    expect(linesOfTheGuide).toHaveLength(4);
    for (const line of linesOfTheGuide) await type(line);
    for (const { runbook } of documents)
      for (const part of ["policy", "trust"])
        expect(existsSync(inProject("dist", `${runbook.name}.${part}.json`))).toBe(true);
    emulator.iam.enforce("*");
    const id = await instance(emulator, ACCOUNT);
    const run = await person.npm(
      ACCOUNT,
      "execute",
      ...["--instance", id, "--bucket", `evidence-${ACCOUNT}`, "--no-dry-run", "--yes"],
    );
    expect(run.status, run.all).toBe(0);
    expect(run.stdout).toContain("CONTAINED");
  });
});

describe("the files of a role", () => {
  const made = (region: string, ...settings: string[]) =>
    documents.map((definition) =>
      roleFiles(
        definition,
        loadConfig(settings),
        ACCOUNT,
        [region].filter((name) => name !== ""),
      ),
    );

  it("are as narrow as the settings say", () => {
    const [contain, respond] = made("us-east-1", "buckets=evidence", "rolePath=/security/");
    expect(contain?.policy).toContain('"arn:aws:s3:::evidence/*.json"');
    expect(contain?.policy).toContain(`arn:aws:ec2:us-east-1:${ACCOUNT}:security-group/*`);
    expect(respond?.policy).toContain(
      `"arn:aws:iam::${ACCOUNT}:role/security/ContainEC2Instance-Automation"`,
    );
    expect(JSON.parse(contain?.trust ?? "").Statement).toEqual([
      expect.objectContaining({
        Principal: { Service: "ssm.amazonaws.com" },
        Condition: expect.objectContaining({ StringEquals: { "aws:SourceAccount": ACCOUNT } }),
      }),
    ]);
  });

  it("name the containment as a document and as an automation definition, as AWS's own pages do", () => {
    const [, respond] = made("us-east-1");
    for (const named of [
      "document/ContainEC2Instance",
      "automation-definition/ContainEC2Instance:*",
    ])
      expect(respond?.policy).toContain(`"arn:aws:ssm:us-east-1:${ACCOUNT}:${named}"`);
  });

  it("let addresses be given back to an instance, which EC2 may ask IAM about, too", () => {
    const [, , protect] = made("us-east-1");
    const moves = JSON.parse(protect?.policy ?? "").Statement.find(
      ({ Sid }: { Sid: string }) => Sid === "MoveElasticIps",
    );
    expect(moves.Resource).toContain(`arn:aws:ec2:us-east-1:${ACCOUNT}:instance/*`);
  });

  it("name the partition of the Region", () => {
    const text = made("cn-north-1").flatMap(({ policy, trust }) => [policy, trust]);
    expect(text.join()).toContain("arn:aws-cn:");
    expect(text.join()).not.toContain("arn:aws:");
  });

  it("fit into an inline policy of a role", () => {
    for (const { policy } of made(""))
      expect(JSON.stringify(JSON.parse(policy)).length).toBeLessThan(10_240);
  });
});

describe("examples/terraform", () => {
  const folder = inProject("examples", "terraform");

  it("publishes the document with its role, from files that npm run build writes", async () => {
    const script = "import hcl2, json, sys; print(json.dumps(hcl2.load(sys.stdin)))";
    const { stdout } = await execa(findPython(), ["-c", script], {
      inputFile: join(folder, "main.tf"),
    });
    // The parser keeps the quotes of texts.
    const parsed = JSON.parse(stdout.replaceAll('\\"', ""));
    expect(Object.assign({}, ...parsed.resource)).toMatchObject({
      aws_ssm_document: { runbook: { document_type: "Automation", document_format: "YAML" } },
      // biome-ignore-start lint/suspicious/noTemplateCurlyInString: Terraform's
      aws_iam_role: { automation: { tags: "${var.tags}" } },
      aws_iam_role_policy: { runbook: { role: "${aws_iam_role.automation.id}" } },
      // biome-ignore-end lint/suspicious/noTemplateCurlyInString: Terraform's
    });
    const files = [...stdout.matchAll(/\$\{var\.files\}\/([\w.]+)/g)].map(([, name = ""]) => name);
    const names = ["yaml", "trust.json", "policy.json"].map((part) => `ContainEC2Instance.${part}`);
    expect(files).toEqual(names);
    const variables = parsed.variable.map((one: object) => Object.keys(one)[0]);
    for (const [, name = ""] of stdout.matchAll(/var\.(\w+)/g)) expect(variables).toContain(name);
  });

  const has = (process.env.PATH ?? "")
    .split(":")
    .some((place) => existsSync(join(place, "terraform")));

  it.skipIf(!has)("has the form of terraform fmt (skipped where there is none)", async () => {
    const run = await execa("terraform", ["fmt", "-check", "-diff", folder], { reject: false });
    expect(run.exitCode, `${basename(folder)}\n${run.stdout}`).toBe(0);
  });
});
