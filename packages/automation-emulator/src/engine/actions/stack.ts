import { StepFailure } from "../errors.ts";
import { select } from "../outputs.ts";
import type { ActionContext } from "./action.ts";

/** In AWS seconds. */
const interval = 5;

export interface StackState {
  readonly StackId: string;
  readonly StackStatus: string;
  readonly StackStatusReason: string;
}

/** Waits until a stack is no longer in progress. A stack that is gone is DELETE_COMPLETE. */
export async function settledStack(
  { call, sleep }: ActionContext,
  StackName: string,
): Promise<StackState> {
  for (;;) {
    const state = await stackState(call, StackName);
    if (!state.StackStatus.endsWith("_IN_PROGRESS")) return state;
    await sleep(interval);
  }
}

async function stackState(call: ActionContext["call"], StackName: string): Promise<StackState> {
  try {
    const answer = await call("cloudformation", "DescribeStacks", { StackName });
    const part = (name: string): string => String(select(`$.Stacks[0].${name}`, answer) ?? "");
    return {
      StackId: part("StackId"),
      StackStatus: part("StackStatus"),
      StackStatusReason: part("StackStatusReason"),
    };
  } catch (error) {
    const gone = error instanceof StepFailure && error.code === "ValidationError";
    if (!gone || !/does not exist/.test(error.message)) throw error;
    return { StackId: "", StackStatus: "DELETE_COMPLETE", StackStatusReason: "" };
  }
}

/** Why a step that wanted a stack in another status fails. */
export const stackFailure = (name: string, { StackStatus, StackStatusReason }: StackState) =>
  new StepFailure(`The stack ${name} is ${StackStatus}. ${StackStatusReason}`.trim(), {
    stage: "PostVerification",
  });
