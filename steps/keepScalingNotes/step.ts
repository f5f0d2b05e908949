import { defineStep } from "../../build/types.ts";
import { notes } from "../events.ts";
import { modifyAutoScalingGroup } from "../modifyAutoScalingGroup/step.ts";

export const keepScalingNotes = defineStep({
  name: "keepScalingNotes",
  action: "aws:updateVariable",
  description: "Keeps warnings.",
  variable: notes,
  value: modifyAutoScalingGroup.out.Notes,
  outputs: {},
  permissions: {},
});
