import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, type Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { afterAll } from "vitest";
import { type Config, loadConfig } from "../../common/config.ts";
import type { Publication } from "../../common/document.ts";
import { memberRegionStack, memberStack, templateOf } from "../../deploy/stacks/member.ts";
import { stacks } from "../../deploy/stacks/stacks.ts";

export const ACCOUNT = "111122223333";
export const CENTRAL = "444455556666";
export const REGIONS = ["us-east-1", "eu-west-1"] as const;

/** All that can be switched on. */
export const everything = loadConfig([
  "administration=true",
  "backupBucket=true",
  "objectLockDays=30",
  "breakGlassRole=BreakGlass",
  "accessLogsDays=90",
  "permissionsBoundary=DeveloperBoundary",
  "copyDocument=true",
  "organizationalUnits=ou-ab12-cdefgh34,ou-ab12-ijklmn56",
  "respondApprovers=arn:aws:iam::111122223333:role/Responders",
  "respondEmails=duty@example.com",
  "respondSecurityHubAction=Contain",
  "protect=true",
  "protectRoles=app-*,path/web",
]);

/** Makes apps whose output is removed when the test file ends. */
export function templatesFor(publication: Publication) {
  const folders: string[] = [];
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
  const app = (config: Config, regions: readonly [string, ...string[]] = REGIONS) => {
    const outdir = mkdtempSync(join(tmpdir(), "contain-stacks-"));
    folders.push(outdir);
    const made = new App({ analyticsReporting: false, outdir });
    const all = stacks(made, config, publication, regions, ACCOUNT);
    const of = (id: string): Template => {
      const stack = all.find((candidate) => candidate.node.id === id);
      if (!stack) throw new Error(`no stack ${id} among ${all.map((one) => one.node.id)}`);
      return Template.fromStack(stack);
    };
    return { app: made, of };
  };
  /** What fills the templates of the accounts of a rollout. */
  const parts = {
    Roles: (stack: Stack) => memberStack(stack, everything, publication, REGIONS, CENTRAL),
    Region: (stack: Stack) => memberRegionStack(stack, everything, publication),
  };
  const member = (part: keyof typeof parts): Template =>
    Template.fromString(templateOf(part, parts[part]));
  return { app, parts, member };
}
