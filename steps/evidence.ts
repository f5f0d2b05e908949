import { system, template } from "../build/types.ts";
import { getAutoScalingInstanceInfo } from "./getAutoScalingInstanceInfo/step.ts";
import { parameter } from "./parameters.ts";

/**
 * How images are named and described. A name carries the execution's id, so that two runs can't
 * collide; the description carries the backup's key and is what later steps find an image by, since
 * unlike a tag it can't be changed.
 */
export const imageName = template`ContainEC2Instance-${parameter.InstanceId}-${system.executionId}`;
export const imageDescription = template`Evidence of ${parameter.InstanceId}; backup ${getAutoScalingInstanceInfo.out.Key}`;

/** Seconds. Large volumes take hours; a script could not wait so long, the image actions can. */
export const imageTimeoutSeconds = 43_200;
