import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  App,
  BootstraplessSynthesizer,
  CfnOutput,
  type IStackSynthesizer,
  Stack,
  Tags,
} from "aws-cdk-lib";
import type { Config } from "../../common/config.ts";
import type { Publication } from "../../common/document.ts";
import { backupBucket } from "./bucket.ts";
import { document } from "./document.ts";
import { automationRole, executionRole } from "./roles.ts";

/**
 * MemberStack: the roles of an account that uses the runbook, once per account.
 *
 * @param centralAccount where multi-account runs are started
 */
export function memberStack(
  stack: Stack,
  config: Config,
  publication: Publication,
  regions: readonly string[],
  centralAccount: string,
): void {
  // Findings start containments in the deployment's own account; their bucket is no member's.
  const theirs: Config = { ...config, respondBucket: "" };
  const own = automationRole(stack, theirs, publication, regions);
  executionRole(stack, theirs, publication, regions, centralAccount);
  new CfnOutput(stack, "AutomationRoleArn", {
    description: "The value for the parameter AutomationAssumeRole",
    value: own.roleArn,
  });
}

/** What an account has in each Region besides what is shared with it: a copy of the document, a bucket, or both. */
export function memberRegionStack(stack: Stack, config: Config, publication: Publication): void {
  if (config.copyDocument) document(stack, config.documentName, publication);
  if (config.backupBucket) backupBucket(stack, config);
}

/**
 * A stack's template as text, for a StackSet: without the assets, parameters and rules of a bootstrapped
 * environment, which a member account need not be.
 */
export function templateOf(
  name: string,
  fill: (stack: Stack) => void,
  tags: Config["tags"] = {},
): string {
  const outdir = mkdtempSync(join(tmpdir(), "contain-template-"));
  try {
    const app = new App({ analyticsReporting: false, autoSynth: false, outdir });
    const stack = new Stack(app, name, {
      // Its optional properties are declared without `undefined`, which is all that the cast adds.
      synthesizer: new BootstraplessSynthesizer() as IStackSynthesizer,
    });
    fill(stack);
    for (const [key, value] of Object.entries(tags)) Tags.of(stack).add(key, value);
    return JSON.stringify(app.synth().getStackByName(stack.stackName).template);
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}
