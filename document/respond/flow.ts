import { defineFlow } from "../../build/types.ts";
import { askForApproval } from "../../steps/askForApproval/step.ts";
import { branchOnAskedAlready } from "../../steps/branchOnAskedAlready/step.ts";
import { branchOnNeeded } from "../../steps/branchOnNeeded/step.ts";
import { containInstance } from "../../steps/containInstance/step.ts";
import { planContainment } from "../../steps/planContainment/step.ts";
import { readFinding } from "../../steps/readFinding/step.ts";
import { reportAskedAlready } from "../../steps/reportAskedAlready/step.ts";
import { reportNothingToDo } from "../../steps/reportNothingToDo/step.ts";
import { tellFailure } from "../../steps/tellFailure/step.ts";
import { tellNotApproved } from "../../steps/tellNotApproved/step.ts";
import { tellNotPlanned } from "../../steps/tellNotPlanned/step.ts";
import { tellOutcome } from "../../steps/tellOutcome/step.ts";
import { writeOutcome } from "../../steps/writeOutcome/step.ts";
import { writeRequest } from "../../steps/writeRequest/step.ts";

/** Before the approval nothing is changed, whatever fails; a finding that can't be planned for, or is not approved, is told all the same. */
export const flow = defineFlow([
  { step: readFinding, onFailure: "step:tellNotPlanned", next: "branchOnAskedAlready" },
  { step: branchOnAskedAlready },
  { step: reportAskedAlready, end: true },
  { step: planContainment, onFailure: "step:tellNotPlanned", next: "writeRequest" },
  { step: writeRequest, onFailure: "step:tellNotPlanned", next: "branchOnNeeded" },
  { step: branchOnNeeded },
  { step: reportNothingToDo, end: true },
  { step: askForApproval, onFailure: "step:tellNotApproved", next: "containInstance" },
  { step: containInstance, onFailure: "step:tellFailure", next: "writeOutcome" },
  // The instance is contained: that nobody could be told makes no failure of it.
  { step: writeOutcome, next: "tellOutcome" },
  { step: tellOutcome, onFailure: "Continue", isCritical: false, end: true },
  { step: tellFailure, end: true },
  { step: tellNotApproved, end: true },
  { step: tellNotPlanned, end: true },
]);
