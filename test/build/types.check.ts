/**
 * What must not compile. The type checker (npm run lint) fails here when one of these lines compiles after all.
 */
import { builtIn, defineFlow, defineStep } from "../../build/types.ts";
import { parameter } from "../../steps/parameters.ts";

const step = defineStep({
  name: "step",
  action: "aws:executeScript",
  description: "",
  payload: {},
  outputs: { Found: { selector: "$.Payload.Found", type: "String" } },
  permissions: {},
});

export const found = step.out.Found;
// @ts-expect-error: the step has no such output
export const lost = step.out.Lost;
// @ts-expect-error: there is no such parameter
export const unknown = parameter.InstanceID;
// @ts-expect-error: there is no such step
export const flow = defineFlow([{ step, next: "nowhere" }]);
// @ts-expect-error: a failure can't lead to a step that is not there
export const failing = defineFlow([{ step, end: true, onFailure: "step:nowhere" }]);
const image = defineStep({
  name: "image",
  action: "aws:createImage",
  description: "",
  inputs: { InstanceId: "i-1", ImageName: "n" },
  outputs: {},
  permissions: {},
});
export const id = builtIn(image, "ImageId");
// @ts-expect-error: the action puts out no such thing
export const noId = builtIn(image, "ImageID");
// @ts-expect-error: there is no such action
export const action = defineStep({ ...image, action: "aws:createImages" });
// @ts-expect-error: another action puts out no image
export const noImage = builtIn(step, "ImageId");
