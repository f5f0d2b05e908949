import { type Action, given, text } from "./action.ts";
import { settledStack, stackFailure } from "./stack.ts";

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-deletestack.html */
export const deleteStack: Action = {
  run: async (context) => {
    const { inputs, call } = context;
    const name = text(inputs, "StackName");
    const names = ["ClientRequestToken", "RetainResources", "RoleARN", "StackName"];
    await call("cloudformation", "DeleteStack", given(inputs, names));
    const state = await settledStack(context, name);
    if (state.StackStatus !== "DELETE_COMPLETE") throw stackFailure(name, state);
    return { result: {} };
  },
};
