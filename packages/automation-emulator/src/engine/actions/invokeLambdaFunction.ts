import { defaultTimeout } from "automation-language/actions";
import { asText, isRecord } from "automation-language/values";
import { StepFailure } from "../errors.ts";
import { type Action, given, text } from "./action.ts";

/** "Each aws:invokeLambdaFunction action can run up to a maximum duration of 300 seconds", where an API call has 25. */
const seconds = defaultTimeout("aws:invokeLambdaFunction");

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-lamb.html */
export const invokeLambdaFunction: Action = {
  run: async ({ inputs, call }) => {
    const { InputPayload, Payload = InputPayload, ClientContext } = inputs;
    text(inputs, "FunctionName");
    const parameters = {
      ...given(inputs, ["FunctionName", "Qualifier", "InvocationType", "LogType"]),
      ...(Payload !== undefined && { Payload: asText(Payload) }),
      ...(ClientContext !== undefined && { ClientContext: asText(ClientContext) }),
    };
    const answer = await call("lambda", "Invoke", parameters, { readsStream: true, seconds });
    const outputs = isRecord(answer) ? answer : {};
    if (outputs.FunctionError !== undefined) {
      throw new StepFailure(
        `The function ended with the error ${asText(outputs.FunctionError)}: ${asText(outputs.Payload)}`,
      );
    }
    return { result: outputs, outputs };
  },
};
