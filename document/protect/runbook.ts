import type { RunbookDocument } from "../../build/types.ts";
import { planProtection } from "../../steps/planProtection/step.ts";
import { protectionFinalOutput } from "../../steps/protectionFinalOutput/step.ts";
import { protectionParameter, protectionParameters } from "../../steps/protectionParameters.ts";
import { proveProtection } from "../../steps/proveProtection/step.ts";
import { reportProtectionFailure } from "../../steps/reportProtectionFailure/step.ts";
import { reportProtectionPlan } from "../../steps/reportProtectionPlan/step.ts";
import { flow } from "./flow.ts";

/** Keeps the evidence that a compromised instance is, beside its containment. */
export const protectEvidence: RunbookDocument = {
  name: "ProtectEC2Evidence",
  description: `# ProtectEC2Evidence
Keeps an EC2 instance and its volumes from being lost as evidence, reversibly.

**Protect** records how everything stands in S3, switches termination protection on and DeleteOnTermination of every volume off, lets a shutdown stop the instance, revokes the sessions of its role, and disassociates its Elastic IPs. **Release** gives back what Protect changed and nobody since. DryRun, the default, reports every change and makes none.`,
  assumeRole: protectionParameter.AutomationAssumeRole,
  parameters: protectionParameters,
  variables: { Notes: { type: "StringMap", default: {} } },
  outputs: [
    protectionFinalOutput.out.Output,
    reportProtectionFailure.out.Output,
    reportProtectionPlan.out.Output,
    proveProtection.out.Json,
    planProtection.out.Json,
  ],
  flow,
};
