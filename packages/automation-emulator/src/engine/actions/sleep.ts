import { seconds } from "../duration.ts";
import { StepFailure } from "../errors.ts";
import { type Action, optionalText, text } from "./action.ts";

/** The action's own limit is the length of an execution. */
const sevenDays = 604_800;

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-sleep.html */
export const sleep: Action = {
  timeoutSeconds: sevenDays,
  notAfterCancel: true,
  run: async ({ inputs, sleep: wait }) => {
    await wait(length(inputs));
    return { result: {} };
  },
};

function length(inputs: Readonly<Record<string, unknown>>): number {
  const duration = optionalText(inputs, "Duration");
  const asked =
    duration === undefined
      ? (Date.parse(text(inputs, "Timestamp")) - Date.now()) / 1000
      : seconds(duration);
  if (asked !== undefined && !Number.isNaN(asked)) return Math.max(0, asked);
  throw new StepFailure(
    `The sleep of ${duration ?? String(inputs.Timestamp)} is no ISO 8601 duration or time.`,
    { stage: "InputValidation", type: "Verification" },
  );
}
