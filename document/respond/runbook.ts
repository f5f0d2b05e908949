import type { RunbookDocument } from "../../build/types.ts";
import { findingParameter, findingParameters } from "../../steps/findingParameters.ts";
import { reportAskedAlready } from "../../steps/reportAskedAlready/step.ts";
import { reportNothingToDo } from "../../steps/reportNothingToDo/step.ts";
import { writeOutcome } from "../../steps/writeOutcome/step.ts";
import { writeRequest } from "../../steps/writeRequest/step.ts";
import { flow } from "./flow.ts";

/** From a finding to a contained instance, with one approval between. */
export const respondToFinding: RunbookDocument = {
  name: "RespondToFinding",
  description: `# RespondToFinding
Contains the EC2 instance of a finding of GuardDuty or Security Hub, once somebody has approved it.

It runs the containment as a **dry run**, sends the plan to the approvers, and on approval **contains** the instance. Rejected, or without an answer in time, nothing is changed.`,
  assumeRole: findingParameter.AutomationAssumeRole,
  parameters: findingParameters,
  outputs: [
    writeOutcome.out.Output,
    reportAskedAlready.out.Output,
    reportNothingToDo.out.Output,
    writeRequest.out.Message,
  ],
  flow,
};
