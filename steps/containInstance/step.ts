import { defineStep } from "../../build/types.ts";
import { containmentParameters, startContainment } from "../containment.ts";
import { findingParameter } from "../findingParameters.ts";

export const containInstance = defineStep({
  name: "containInstance",
  action: "aws:executeAutomation",
  description: "Contains the instance.",
  // Images may take hours.
  timeoutSeconds: 172_800,
  inputs: {
    DocumentName: findingParameter.DocumentName,
    RuntimeParameters: { ...containmentParameters, DryRun: false },
  },
  outputs: {},
  permissions: startContainment,
});
