import { defineStep } from "../../build/types.ts";
import { changeProtections } from "../changeProtections/step.ts";
import { notes } from "../events.ts";

export const keepProtectionNotes = defineStep({
  name: "keepProtectionNotes",
  action: "aws:updateVariable",
  description: "Keeps what was done.",
  variable: notes,
  value: changeProtections.out.Notes,
  outputs: {},
  permissions: {},
});
