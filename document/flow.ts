import { defineFlow } from "../build/types.ts";
import { assertInstanceIsNotTerminated } from "../steps/assertInstanceIsNotTerminated/step.ts";
import { assertSourceInstanceRootVolumeIsEbs } from "../steps/assertSourceInstanceRootVolumeIsEbs/step.ts";
import { backupBucketPreChecks } from "../steps/backupBucketPreChecks/step.ts";
import { backupInstanceSecurityGroups } from "../steps/backupInstanceSecurityGroups/step.ts";
import { branchOnActionAndMode } from "../steps/branchOnActionAndMode/step.ts";
import { branchOnAutoScalingGroupMembership } from "../steps/branchOnAutoScalingGroupMembership/step.ts";
import { branchOnCreateAMIBackup } from "../steps/branchOnCreateAMIBackup/step.ts";
import { containFinalOutput } from "../steps/containFinalOutput/step.ts";
import { createAllAccessSecurityGroup } from "../steps/createAllAccessSecurityGroup/step.ts";
import { createContainmentSecurityGroup } from "../steps/createContainmentSecurityGroup/step.ts";
import { createEncryptedCopy } from "../steps/createEncryptedCopy/step.ts";
import { createImage } from "../steps/createImage/step.ts";
import { describeAutoScalingGroups } from "../steps/describeAutoScalingGroups/step.ts";
import { getAutoScalingInstanceInfo } from "../steps/getAutoScalingInstanceInfo/step.ts";
import { modifyAutoScalingGroup } from "../steps/modifyAutoScalingGroup/step.ts";
import { planChanges } from "../steps/planChanges/step.ts";
import { reportContain } from "../steps/reportContain/step.ts";
import { reportContainmentFailure } from "../steps/reportContainmentFailure/step.ts";
import { reportRestore } from "../steps/reportRestore/step.ts";
import { reportRestoreFailure } from "../steps/reportRestoreFailure/step.ts";
import { restoreFinalOutput } from "../steps/restoreFinalOutput/step.ts";
import { restoreInstanceConfiguration } from "../steps/restoreInstanceConfiguration/step.ts";
import { validateRequiredInputs } from "../steps/validateRequiredInputs/step.ts";

/** After the backup, whatever fails or is cancelled ends in the report, which closes what is open. */
const reported = {
  onFailure: "step:reportContainmentFailure",
  onCancel: "step:reportContainmentFailure",
} as const;

const released = {
  onFailure: "step:reportRestoreFailure",
  onCancel: "step:reportRestoreFailure",
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
  { step: createEncryptedCopy, ...reported, next: "containFinalOutput" },
  { step: containFinalOutput, ...reported, end: true },
  { step: reportContainmentFailure, end: true },

  { step: reportRestore, end: true },
  { step: restoreInstanceConfiguration, ...released, next: "restoreFinalOutput" },
  { step: restoreFinalOutput, ...released, end: true },
  { step: reportRestoreFailure, end: true },
]);
