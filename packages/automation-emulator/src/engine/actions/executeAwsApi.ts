import type { Action } from "./action.ts";
import { callOf } from "./awsApi.ts";

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-executeAwsApi.html */
export const executeAwsApi: Action = {
  run: async (context) => ({ result: await callOf(context) }),
};
