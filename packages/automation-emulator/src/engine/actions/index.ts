import type { Action } from "./action.ts";
import { approve } from "./approve.ts";
import { assertAwsResourceProperty } from "./assertAwsResourceProperty.ts";
import { branch } from "./branch.ts";
import { changeInstanceState } from "./changeInstanceState.ts";
import { copyImage } from "./copyImage.ts";
import { createImage } from "./createImage.ts";
import { createStack } from "./createStack.ts";
import { createTags } from "./createTags.ts";
import { deleteImage } from "./deleteImage.ts";
import { deleteStack } from "./deleteStack.ts";
import { executeAutomation } from "./executeAutomation.ts";
import { executeAwsApi } from "./executeAwsApi.ts";
import { executeScript } from "./executeScript.ts";
import { invokeLambdaFunction } from "./invokeLambdaFunction.ts";
import { invokeWebhook } from "./invokeWebhook.ts";
import { loop } from "./loop.ts";
import { pause } from "./pause.ts";
import { runCommand } from "./runCommand.ts";
import { runInstances } from "./runInstances.ts";
import { sleep } from "./sleep.ts";
import { updateVariable } from "./updateVariable.ts";
import { waitForAwsResourceProperty } from "./waitForAwsResourceProperty.ts";

/** The actions that the emulator runs; all others fail the step. */
export const actions: ReadonlyMap<string, Action> = new Map([
  ["aws:approve", approve],
  ["aws:assertAwsResourceProperty", assertAwsResourceProperty],
  ["aws:branch", branch],
  ["aws:changeInstanceState", changeInstanceState],
  ["aws:copyImage", copyImage],
  ["aws:createImage", createImage],
  ["aws:createStack", createStack],
  ["aws:createTags", createTags],
  ["aws:deleteImage", deleteImage],
  ["aws:deleteStack", deleteStack],
  ["aws:executeAutomation", executeAutomation],
  ["aws:executeAwsApi", executeAwsApi],
  ["aws:executeScript", executeScript],
  ["aws:invokeLambdaFunction", invokeLambdaFunction],
  ["aws:invokeWebhook", invokeWebhook],
  ["aws:loop", loop],
  ["aws:pause", pause],
  ["aws:runCommand", runCommand],
  ["aws:runInstances", runInstances],
  ["aws:sleep", sleep],
  ["aws:updateVariable", updateVariable],
  ["aws:waitForAwsResourceProperty", waitForAwsResourceProperty],
]);
