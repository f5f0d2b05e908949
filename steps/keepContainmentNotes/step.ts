import { defineStep } from "../../build/types.ts";
import { createContainmentSecurityGroup } from "../createContainmentSecurityGroup/step.ts";
import { notes } from "../events.ts";

export const keepContainmentNotes = defineStep({
  name: "keepContainmentNotes",
  action: "aws:updateVariable",
  description: "Keeps warnings.",
  variable: notes,
  value: createContainmentSecurityGroup.out.Notes,
  outputs: {},
  permissions: {},
});
