import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findPython } from "automation-language/python";
import { Stack, Validations } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { ManagedPolicy } from "aws-cdk-lib/aws-iam";
import { AwsSolutionsChecks } from "cdk-nag";
import { afterAll, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { loadDocument, loadOther } from "../../common/document.ts";
import { Problem } from "../../common/problem.ts";
import { ContainRunbook } from "../../deploy/construct/containRunbook.ts";
import { assertPoliciesFit } from "../../deploy/policies.ts";
import { memberStack, templateOf } from "../../deploy/stacks/member.ts";
import { respondToFinding } from "../../document/respond/runbook.ts";
import { everything, templatesFor } from "./templates.ts";

// cfn-lint and the first synthesis take seconds.
vi.setConfig({ testTimeout: 120_000 });
// CDK's own check of the templates, which vitest.config.ts takes from the other files.
vi.stubEnv("CDK_VALIDATION", "true");
afterAll(() => vi.unstubAllEnvs());

// The runbook itself: cfn-lint checks its structure too.
const { app, parts, member } = templatesFor(loadDocument());
const { of } = app(everything);
const roles = member("Roles");
const region = member("Region");

/** The construct as another repository's app has it (examples/cdk). */
const construct = (stack: Stack): void => {
  new ContainRunbook(stack, "Contain", {
    rolePath: "/security/",
    permissionsBoundary: ManagedPolicy.fromManagedPolicyName(stack, "B", "Bound").managedPolicyArn,
    backupBucket: true,
    accessLogsDays: 365,
    respondApprovers: ["duty"],
    documents: (name) =>
      name === respondToFinding.name ? loadOther(respondToFinding) : loadDocument(),
  });
};

it("no inline policies of a role are over IAM's 10,240 characters", () => {
  for (const template of [
    roles,
    of("ContainEC2Instance-us-east-1"),
    of("ContainEC2Instance-Administration"),
    of("ContainEC2Instance-Respond-us-east-1"),
    of("ContainEC2Instance-Protect-us-east-1"),
  ])
    for (const role of Object.values(template.findResources("AWS::IAM::Role"))) {
      const text = JSON.stringify(
        role.Properties.Policies.map(
          (policy: { PolicyDocument: unknown }) => policy.PolicyDocument,
        ),
      );
      expect(text.length).toBeLessThan(10_240);
    }
});

it("Regions and buckets that would take a role's policies over that are refused beforehand", () => {
  const publication = loadDocument("test/deploy/fixtures/sample.yaml");
  const filled = (text: string): string =>
    text
      .replaceAll(/\{"Ref":"AWS::Partition"\}/g, '"aws-us-gov"')
      .replaceAll(/\{"Ref":"AWS::AccountId"\}/g, '"111122223333"')
      .replaceAll(/\{"Fn::Join":\["",(\[[^\]]*\])\]\}/g, (_, parts) =>
        JSON.stringify(JSON.parse(parts).join("")),
      );
  const outcomes = [1, 8, 16, 24, 32].map((count) => {
    const regions = Array.from({ length: count }, (_, at) => `eu-central-${at + 1}`);
    const template = Template.fromString(
      templateOf("Roles", (stack) =>
        memberStack(stack, everything, publication, regions, "444455556666"),
      ),
    );
    const longest = Object.values(template.findResources("AWS::IAM::Role")).map(
      ({ Properties }) =>
        filled(
          JSON.stringify(
            Properties.Policies.flatMap(
              ({ PolicyDocument }: { PolicyDocument: { Statement: unknown[] } }) =>
                PolicyDocument.Statement,
            ),
          ),
        ).length,
    );
    try {
      assertPoliciesFit({ ...everything, centralAccount: "444455556666" }, publication, regions);
    } catch (error) {
      expect(error).toBeInstanceOf(Problem);
      expect(String(error)).toContain(`with ${count} Regions`);
      return "refused";
    }
    expect(Math.max(...longest)).toBeLessThanOrEqual(10_240);
    return "fits";
  });
  expect(outcomes).toEqual(["fits", "fits", "refused", "refused", "refused"]);
});

/**
 * cfn-lint's check of documents (E3051) can't read YAML text out of a JSON template: its YAML parser refuses the
 * string type of its JSON parser. As an object the same content is checked.
 */
function withContentAsObject(template: unknown): unknown {
  return JSON.parse(JSON.stringify(template), (key, value) =>
    key === "Content" && typeof value === "string" ? parse(value) : value,
  );
}

describe("linters", () => {
  it("cdk-nag has nothing to say that is not acknowledged with a reason", () => {
    const { app: all } = app(everything);
    for (const [name, fill] of Object.entries(parts)) fill(new Stack(all, name));
    construct(new Stack(all, "Construct", { env: { region: "us-east-1" } }));
    Validations.of(all).addPlugins(new AwsSolutionsChecks(all));
    const assembly = all.synth();
    const report = JSON.parse(
      readFileSync(join(assembly.directory, "validation-report.json"), "utf8"),
    );
    expect(report.pluginReports).toEqual([]);
  });

  it("cfn-lint has nothing to say", () => {
    const folder = mkdtempSync(join(tmpdir(), "contain-lint-"));
    try {
      const files = [
        ...["us-east-1", "Administration", "Rollout", "Respond-us-east-1", "Protect-us-east-1"].map(
          (part) => [part, of(`ContainEC2Instance-${part}`)] as const,
        ),
        ["Roles", roles] as const,
        ["Region", region] as const,
        ["Construct", Template.fromString(templateOf("Construct", construct))] as const,
      ].map(([name, template]) => {
        const path = join(folder, `${name}.json`);
        writeFileSync(path, JSON.stringify(withContentAsObject(template.toJSON())));
        return path;
      });
      const program = "from cfnlint.runner import main; main()";
      const ended = spawnSync(
        findPython(),
        ["-c", program, "--regions", "us-east-1", "--", ...files],
        {
          encoding: "utf8",
        },
      );
      expect(ended.stdout + ended.stderr).toBe("");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
