import { select } from "../outputs.ts";
import { type Action, count, flag, given, text } from "./action.ts";
import { settledStack, stackFailure } from "./stack.ts";

const handedOn = [
  "Capabilities",
  "ClientRequestToken",
  "NotificationARNs",
  "OnFailure",
  "Parameters",
  "ResourceTypes",
  "RoleARN",
  "StackName",
  "StackPolicyBody",
  "StackPolicyURL",
  "Tags",
  "TemplateBody",
  "TemplateURL",
];

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-createstack.html */
export const createStack: Action = {
  run: async (context) => {
    const { inputs, call } = context;
    const name = text(inputs, "StackName");
    const DisableRollback = flag(inputs, "DisableRollback");
    const TimeoutInMinutes = count(inputs, "TimeoutInMinutes");
    const answer = await call("cloudformation", "CreateStack", {
      ...given(inputs, handedOn),
      ...(DisableRollback !== undefined && { DisableRollback }),
      ...(TimeoutInMinutes !== undefined && { TimeoutInMinutes }),
    });
    const outputs = await settledStack(context, String(select("$.StackId", answer)));
    if (outputs.StackStatus !== "CREATE_COMPLETE") throw stackFailure(name, outputs);
    return { result: outputs, outputs: { ...outputs } };
  },
};
