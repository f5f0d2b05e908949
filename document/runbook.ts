import type { RunbookDocument } from "../build/types.ts";
import { containFinalOutput } from "../steps/containFinalOutput/step.ts";
import { getAutoScalingInstanceInfo } from "../steps/getAutoScalingInstanceInfo/step.ts";
import { parameter, parameters } from "../steps/parameters.ts";
import { reportContain } from "../steps/reportContain/step.ts";
import { reportContainmentFailure } from "../steps/reportContainmentFailure/step.ts";
import { reportRestore } from "../steps/reportRestore/step.ts";
import { reportRestoreFailure } from "../steps/reportRestoreFailure/step.ts";
import { restoreFinalOutput } from "../steps/restoreFinalOutput/step.ts";
import { verdict } from "../steps/verdict/step.ts";
import { flow } from "./flow.ts";

/** The document's name in Systems Manager. It may not begin with AWS's prefixes. */
export const documentName = "ContainEC2Instance";

/** The steps that give the document's outputs: a run ends in exactly one of them. */
const reports = [
  containFinalOutput,
  restoreFinalOutput,
  reportContain,
  reportRestore,
  reportContainmentFailure,
  reportRestoreFailure,
];

export const runbook: RunbookDocument = {
  name: documentName,
  description: `# ContainEC2Instance
Isolates a compromised EC2 instance from the network, reversibly, with the evidence kept.

**Contain** backs up its security groups and Auto Scaling state to S3, cuts connections, isolates, proves it. **Release** gives everything back. DryRun, the default, reports every change and makes none.`,
  assumeRole: parameter.AutomationAssumeRole,
  parameters,
  variables: { Notes: { type: "StringMap", default: {} } },
  // The last two are the report for programs. AWS's own runbook has none, but what reads reports must not take a
  // verdict, a key or a group out of text that names of groups are part of: they are worth two outputs more.
  outputs: [
    ...reports.map((step) => step.out.Output),
    verdict.out.Json,
    getAutoScalingInstanceInfo.out.Json,
  ],
  flow,
};
