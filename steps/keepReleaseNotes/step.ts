import { defineStep } from "../../build/types.ts";
import { notes } from "../events.ts";
import { restoreInstanceConfiguration } from "../restoreInstanceConfiguration/step.ts";

export const keepReleaseNotes = defineStep({
  name: "keepReleaseNotes",
  action: "aws:updateVariable",
  description: "Keeps results.",
  variable: notes,
  value: restoreInstanceConfiguration.out.Notes,
  outputs: {},
  permissions: {},
});
