import type { RunbookDocument } from "../build/types.ts";
import { conclude } from "../steps/conclude/step.ts";
import { containFinalOutput } from "../steps/containFinalOutput/step.ts";
import { createContainmentSecurityGroup } from "../steps/createContainmentSecurityGroup/step.ts";
import { parameter, parameters } from "../steps/parameters.ts";
import { planChanges } from "../steps/planChanges/step.ts";
import { reportContain } from "../steps/reportContain/step.ts";
import { reportContainmentFailure } from "../steps/reportContainmentFailure/step.ts";
import { reportRestore } from "../steps/reportRestore/step.ts";
import { reportRestoreFailure } from "../steps/reportRestoreFailure/step.ts";
import { reportSituationUnknown } from "../steps/reportSituationUnknown/step.ts";
import { restoreFinalOutput } from "../steps/restoreFinalOutput/step.ts";
import { restoreInstanceConfiguration } from "../steps/restoreInstanceConfiguration/step.ts";
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
  reportSituationUnknown,
];

export const runbook: RunbookDocument = {
  description: `# ContainEC2Instance
Isolates a compromised EC2 instance from the network, reversibly, with the evidence kept; the instance goes on running.

**Contain** backs up the security groups of all interfaces and the Auto Scaling state to S3, cuts connections, isolates, proves it, and makes images if asked. **Release** gives everything back from that backup.

DryRun is true by default: it changes nothing and reports every change that would be made.

The scripts are shortened to fit into 64 KB; \`npm run build\` of the source also writes a readable copy.`,
  assumeRole: parameter.AutomationAssumeRole,
  parameters,
  outputs: [
    ...reports.map((step) => step.out.Output),
    planChanges.out.Json,
    conclude.out.Json,
    restoreInstanceConfiguration.out.Output,
    createContainmentSecurityGroup.out.OpenSeconds,
  ],
  flow,
};
