import { defineFlow } from "../../build/types.ts";
import { branchOnProtectionMode } from "../../steps/branchOnProtectionMode/step.ts";
import { branchOnProtectionOutcome } from "../../steps/branchOnProtectionOutcome/step.ts";
import { changeProtections } from "../../steps/changeProtections/step.ts";
import { checkBackupBucket } from "../../steps/checkBackupBucket/step.ts";
import { endProtectionAsFailed } from "../../steps/endProtectionAsFailed/step.ts";
import { keepProtectionNotes } from "../../steps/keepProtectionNotes/step.ts";
import { planProtection } from "../../steps/planProtection/step.ts";
import { protectionFinalOutput } from "../../steps/protectionFinalOutput/step.ts";
import { proveProtection } from "../../steps/proveProtection/step.ts";
import { reportProtectionFailure } from "../../steps/reportProtectionFailure/step.ts";
import { reportProtectionPlan } from "../../steps/reportProtectionPlan/step.ts";
import { writeProtectionBackup } from "../../steps/writeProtectionBackup/step.ts";

/** A failure before the backup is written ends the run there; after it, whatever fails or is cancelled goes to the proof. */
export const flow = defineFlow([
  { step: checkBackupBucket, next: "planProtection" },
  { step: planProtection, next: "branchOnProtectionMode" },
  { step: branchOnProtectionMode },
  { step: reportProtectionPlan, end: true },
  { step: writeProtectionBackup, next: "changeProtections" },
  {
    step: changeProtections,
    onFailure: "step:proveProtection",
    onCancel: "step:proveProtection",
    isCritical: false,
    next: "keepProtectionNotes",
  },
  {
    step: keepProtectionNotes,
    onFailure: "step:proveProtection",
    isCritical: false,
    next: "proveProtection",
  },
  { step: proveProtection, next: "branchOnProtectionOutcome" },
  { step: branchOnProtectionOutcome },
  { step: protectionFinalOutput, end: true },
  { step: reportProtectionFailure, next: "endProtectionAsFailed" },
  { step: endProtectionAsFailed, end: true },
]);
