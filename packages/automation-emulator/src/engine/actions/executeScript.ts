import { StepFailure } from "../errors.ts";
import { type Action, text } from "./action.ts";

const runtimes = ["python3.10", "python3.11", "python3.12"];

/** "If you output a list, a maximum of 100 items is returned." */
const longestList = 100;

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-executeScript.html */
export const executeScript: Action = {
  timeoutSeconds: 600,
  run: async ({ inputs, script }) => {
    const runtime = text(inputs, "Runtime");
    if (!runtimes.includes(runtime)) {
      throw new StepFailure(`The emulator runs ${runtimes.join(", ")}, not ${runtime}.`, {
        stage: "InputValidation",
        type: "Verification",
      });
    }
    const { payload, log } = await script(
      text(inputs, "Script"),
      text(inputs, "Handler"),
      inputs.InputPayload ?? {},
    );
    const cut = Array.isArray(payload) ? payload.slice(0, longestList) : payload;
    return { result: { Payload: cut, ExecutionLog: log } };
  },
};
