import type { RunbookDocument } from "../build/types.ts";
import { containFinalOutput } from "../steps/containFinalOutput/step.ts";
import { createContainmentSecurityGroup } from "../steps/createContainmentSecurityGroup/step.ts";
import { parameter, parameters } from "../steps/parameters.ts";
import { reportContain } from "../steps/reportContain/step.ts";
import { reportContainmentFailure } from "../steps/reportContainmentFailure/step.ts";
import { reportRestore } from "../steps/reportRestore/step.ts";
import { reportRestoreFailure } from "../steps/reportRestoreFailure/step.ts";
import { reportSituationUnknown } from "../steps/reportSituationUnknown/step.ts";
import { restoreFinalOutput } from "../steps/restoreFinalOutput/step.ts";
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
Isolates a compromised EC2 instance from the network, reversibly, with the evidence kept. The instance goes on running; all its network interfaces get a security group that lets nothing through but IngressInput and EgressInput.

**Contain** keeps the interfaces' security groups and the Auto Scaling state in S3, brings an instance of an Auto Scaling group to Standby, cuts connections through a short-lived all-access group, isolates, proves it, and then makes images if asked. **Release** gives everything back from that backup and keeps the images.

\`DryRun\` is true by default: it changes nothing and reports every change that would be made.

Connections that AWS always tracks, DNS to the VPC's resolver and link-local services are not cut; the output lists them.`,
  assumeRole: parameter.AutomationAssumeRole,
  parameters,
  outputs: [
    ...reports.flatMap((step) => [step.out.Output, step.out.Json]),
    createContainmentSecurityGroup.out.OpenSeconds,
  ],
  flow,
};
