import { defineStep } from "../../build/types.ts";
import { containmentParameters, startContainment } from "../containment.ts";
import { findingParameter } from "../findingParameters.ts";

export const planContainment = defineStep({
  name: "planContainment",
  action: "aws:executeAutomation",
  description: "Runs the containment as a dry run: what it would change, and nothing changed.",
  timeoutSeconds: 1800,
  inputs: {
    DocumentName: findingParameter.DocumentName,
    RuntimeParameters: { ...containmentParameters, DryRun: true },
  },
  outputs: {},
  permissions: startContainment,
});
