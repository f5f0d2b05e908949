import { defineFlow } from "../build/types.ts";
import { assertInstanceIsNotTerminated } from "../steps/assertInstanceIsNotTerminated/step.ts";
import { assertSourceInstanceRootVolumeIsEbs } from "../steps/assertSourceInstanceRootVolumeIsEbs/step.ts";
import { backupBucketPreChecks } from "../steps/backupBucketPreChecks/step.ts";
import { backupInstanceSecurityGroups } from "../steps/backupInstanceSecurityGroups/step.ts";
import { branchOnActionAndMode } from "../steps/branchOnActionAndMode/step.ts";
import { branchOnAutoScalingGroupMembership } from "../steps/branchOnAutoScalingGroupMembership/step.ts";
import { branchOnCreateAMIBackup } from "../steps/branchOnCreateAMIBackup/step.ts";
import { branchOnVerdict } from "../steps/branchOnVerdict/step.ts";
import { containFinalOutput } from "../steps/containFinalOutput/step.ts";
import { createAllAccessSecurityGroup } from "../steps/createAllAccessSecurityGroup/step.ts";
import { createContainmentSecurityGroup } from "../steps/createContainmentSecurityGroup/step.ts";
import { createEncryptedCopy } from "../steps/createEncryptedCopy/step.ts";
import { createImage } from "../steps/createImage/step.ts";
import { describeAutoScalingGroups } from "../steps/describeAutoScalingGroups/step.ts";
import { endAsFailed } from "../steps/endAsFailed/step.ts";
import { getAutoScalingInstanceInfo } from "../steps/getAutoScalingInstanceInfo/step.ts";
import { keepContainmentNotes } from "../steps/keepContainmentNotes/step.ts";
import { keepReleaseNotes } from "../steps/keepReleaseNotes/step.ts";
import { modifyAutoScalingGroup } from "../steps/modifyAutoScalingGroup/step.ts";
import { reportContain } from "../steps/reportContain/step.ts";
import { reportContainmentFailure } from "../steps/reportContainmentFailure/step.ts";
import { reportRestore } from "../steps/reportRestore/step.ts";
import { reportRestoreFailure } from "../steps/reportRestoreFailure/step.ts";
import { restoreFinalOutput } from "../steps/restoreFinalOutput/step.ts";
import { restoreInstanceConfiguration } from "../steps/restoreInstanceConfiguration/step.ts";
import { validateRequiredInputs } from "../steps/validateRequiredInputs/step.ts";
import { verdict } from "../steps/verdict/step.ts";

/** After the backup, whatever fails or is cancelled goes to the verdict, which alone decides what the run ends as. */
const reported = {
  onFailure: "step:verdict",
  onCancel: "step:verdict",
  isCritical: false,
} as const;

/** What is tried before the isolation and may fail: the isolation goes on. */
const tried = (next: "createAllAccessSecurityGroup" | "createContainmentSecurityGroup") =>
  ({ onFailure: `step:${next}`, onCancel: "step:verdict", isCritical: false }) as const;

/** An action that takes no onCancel, between two that have closed what they opened. */
const kept = { onFailure: "step:verdict", isCritical: false } as const;

/**
 * The order of the steps. The seed's eleven stand in the seed's order. A failure before the backup is
 * written ends the run there (Abort): nothing was changed, and the step's own message says why.
 */
export const flow = defineFlow([
  { step: validateRequiredInputs, next: "assertInstanceIsNotTerminated" },
  // A terminated instance is released all the same: the next step knows which of both is wanted.
  {
    step: assertInstanceIsNotTerminated,
    onFailure: "Continue",
    next: "getAutoScalingInstanceInfo",
  },
  { step: getAutoScalingInstanceInfo, next: "backupBucketPreChecks" },
  { step: backupBucketPreChecks, next: "branchOnActionAndMode" },
  { step: branchOnActionAndMode },

  { step: reportContain, end: true },
  { step: backupInstanceSecurityGroups, next: "branchOnAutoScalingGroupMembership" },
  { step: branchOnAutoScalingGroupMembership, ...reported },
  {
    step: describeAutoScalingGroups,
    ...tried("createAllAccessSecurityGroup"),
    next: "modifyAutoScalingGroup",
  },
  {
    step: modifyAutoScalingGroup,
    ...tried("createAllAccessSecurityGroup"),
    next: "createAllAccessSecurityGroup",
  },
  {
    step: createAllAccessSecurityGroup,
    ...tried("createContainmentSecurityGroup"),
    next: "createContainmentSecurityGroup",
  },
  { step: createContainmentSecurityGroup, ...reported, next: "keepContainmentNotes" },
  { step: keepContainmentNotes, ...kept, next: "branchOnCreateAMIBackup" },
  { step: branchOnCreateAMIBackup, ...reported },
  { step: assertSourceInstanceRootVolumeIsEbs, ...reported, next: "createImage" },
  { step: createImage, ...reported, next: "createEncryptedCopy" },
  { step: createEncryptedCopy, ...reported, next: "verdict" },

  { step: reportRestore, end: true },
  { step: restoreInstanceConfiguration, ...reported, next: "keepReleaseNotes" },
  { step: keepReleaseNotes, ...kept, next: "verdict" },

  { step: verdict, next: "branchOnVerdict" },
  { step: branchOnVerdict },
  { step: containFinalOutput, end: true },
  { step: reportContainmentFailure, next: "endAsFailed" },
  { step: restoreFinalOutput, end: true },
  { step: reportRestoreFailure, next: "endAsFailed" },
  { step: endAsFailed, end: true },
]);
