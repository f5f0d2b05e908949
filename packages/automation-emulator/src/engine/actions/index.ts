import type { Action } from "./action.ts";
import { assertAwsResourceProperty } from "./assertAwsResourceProperty.ts";
import { branch } from "./branch.ts";
import { copyImage } from "./copyImage.ts";
import { createImage } from "./createImage.ts";
import { createTags } from "./createTags.ts";
import { executeAwsApi } from "./executeAwsApi.ts";
import { executeScript } from "./executeScript.ts";
import { sleep } from "./sleep.ts";
import { updateVariable } from "./updateVariable.ts";
import { waitForAwsResourceProperty } from "./waitForAwsResourceProperty.ts";

/** The actions that the emulator runs; all others fail the step. */
export const actions: ReadonlyMap<string, Action> = new Map([
  ["aws:assertAwsResourceProperty", assertAwsResourceProperty],
  ["aws:branch", branch],
  ["aws:copyImage", copyImage],
  ["aws:createImage", createImage],
  ["aws:createTags", createTags],
  ["aws:executeAwsApi", executeAwsApi],
  ["aws:executeScript", executeScript],
  ["aws:sleep", sleep],
  ["aws:updateVariable", updateVariable],
  ["aws:waitForAwsResourceProperty", waitForAwsResourceProperty],
]);
