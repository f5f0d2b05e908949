import { defineFlow } from "../build/types.ts";
import { assertInstanceIsNotTerminated } from "../steps/assertInstanceIsNotTerminated/step.ts";
import { assertSourceInstanceRootVolumeIsEbs } from "../steps/assertSourceInstanceRootVolumeIsEbs/step.ts";
import { backupBucketPreChecks } from "../steps/backupBucketPreChecks/step.ts";
import { backupInstanceSecurityGroups } from "../steps/backupInstanceSecurityGroups/step.ts";
import { branchOnActionAndMode } from "../steps/branchOnActionAndMode/step.ts";
import { branchOnAutoScalingGroupMembership } from "../steps/branchOnAutoScalingGroupMembership/step.ts";
import { branchOnCreateAMIBackup } from "../steps/branchOnCreateAMIBackup/step.ts";
import { branchOnOutcome } from "../steps/branchOnOutcome/step.ts";
import { conclude } from "../steps/conclude/step.ts";
import { containFinalOutput } from "../steps/containFinalOutput/step.ts";
import { createAllAccessSecurityGroup } from "../steps/createAllAccessSecurityGroup/step.ts";
import { createContainmentSecurityGroup } from "../steps/createContainmentSecurityGroup/step.ts";
import { createEncryptedCopy } from "../steps/createEncryptedCopy/step.ts";
import { createImage } from "../steps/createImage/step.ts";
import { describeAutoScalingGroups } from "../steps/describeAutoScalingGroups/step.ts";
import { endAsFailed } from "../steps/endAsFailed/step.ts";
import { getAutoScalingInstanceInfo } from "../steps/getAutoScalingInstanceInfo/step.ts";
import { modifyAutoScalingGroup } from "../steps/modifyAutoScalingGroup/step.ts";
import { planChanges } from "../steps/planChanges/step.ts";
import { reportContain } from "../steps/reportContain/step.ts";
import { reportContainmentFailure } from "../steps/reportContainmentFailure/step.ts";
import { reportRestore } from "../steps/reportRestore/step.ts";
import { reportRestoreFailure } from "../steps/reportRestoreFailure/step.ts";
import { reportSituationUnknown } from "../steps/reportSituationUnknown/step.ts";
import { restoreFinalOutput } from "../steps/restoreFinalOutput/step.ts";
import { restoreInstanceConfiguration } from "../steps/restoreInstanceConfiguration/step.ts";
import { validateRequiredInputs } from "../steps/validateRequiredInputs/step.ts";

/** After the backup, whatever fails or is cancelled goes where what is open is closed, and reported. */
const reported = { onFailure: "step:conclude", onCancel: "step:conclude" } as const;

/** The reports themselves need only what was known before the first change. */
const lastResort = {
  onFailure: "step:reportSituationUnknown",
  onCancel: "step:reportSituationUnknown",
} as const;

/**
 * The order of the steps. The seed's eleven stand in the seed's order. A failure before the backup is
 * written ends the run there (Abort): nothing was changed, and the step's own message says why.
 */
export const flow = defineFlow([
  { step: validateRequiredInputs, next: "assertInstanceIsNotTerminated" },
  { step: assertInstanceIsNotTerminated, next: "getAutoScalingInstanceInfo" },
  { step: getAutoScalingInstanceInfo, next: "backupBucketPreChecks" },
  { step: backupBucketPreChecks, next: "planChanges" },
  { step: planChanges, next: "branchOnActionAndMode" },
  { step: branchOnActionAndMode },

  { step: reportContain, end: true },
  { step: backupInstanceSecurityGroups, next: "branchOnAutoScalingGroupMembership" },
  { step: branchOnAutoScalingGroupMembership, ...reported },
  { step: describeAutoScalingGroups, ...reported, next: "modifyAutoScalingGroup" },
  { step: modifyAutoScalingGroup, ...reported, next: "createAllAccessSecurityGroup" },
  { step: createAllAccessSecurityGroup, ...reported, next: "createContainmentSecurityGroup" },
  { step: createContainmentSecurityGroup, ...reported, next: "branchOnCreateAMIBackup" },
  { step: branchOnCreateAMIBackup, ...reported },
  { step: assertSourceInstanceRootVolumeIsEbs, ...reported, next: "createImage" },
  { step: createImage, ...reported, next: "createEncryptedCopy" },
  { step: createEncryptedCopy, ...reported, next: "conclude" },

  { step: reportRestore, end: true },
  { step: restoreInstanceConfiguration, ...reported, next: "conclude" },

  { step: conclude, ...lastResort, next: "branchOnOutcome" },
  { step: branchOnOutcome, ...lastResort },
  { step: containFinalOutput, end: true },
  { step: reportContainmentFailure, next: "endAsFailed" },
  { step: restoreFinalOutput, end: true },
  { step: reportRestoreFailure, next: "endAsFailed" },
  { step: endAsFailed, end: true },
  { step: reportSituationUnknown, end: true },
]);
