import { wrongInput } from "../errors.ts";
import { type Action, text } from "./action.ts";

const runtimes = ["python3.10", "python3.11", "python3.12"];

/** "If you output a list, a maximum of 100 items is returned." */
const longestList = 100;

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-executeScript.html */
export const executeScript: Action = {
  run: async ({ inputs, script, sleep, scriptSeconds }) => {
    const runtime = text(inputs, "Runtime");
    if (!runtimes.includes(runtime)) {
      throw wrongInput(`The emulator runs ${runtimes.join(", ")}, not ${runtime}.`);
    }
    // The one public record of an execution shows some seconds until the first line of a script, and as many between
    // its last one and the end of the step. Without a cost there is no wait, and no other step gets a turn.
    if (scriptSeconds > 0) await sleep(scriptSeconds / 2);
    const { payload, log } = await script(
      text(inputs, "Script"),
      text(inputs, "Handler"),
      inputs.InputPayload ?? {},
    );
    if (scriptSeconds > 0) await sleep(scriptSeconds / 2);
    const cut = Array.isArray(payload) ? payload.slice(0, longestList) : payload;
    return { result: { Payload: cut, ExecutionLog: log } };
  },
};
