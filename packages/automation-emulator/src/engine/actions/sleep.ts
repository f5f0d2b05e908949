import { LONGEST_SLEEP, parseDuration, parseTimestamp } from "automation-language/duration";
import { wrongInput } from "../errors.ts";
import { type Action, type Inputs, optionalText, text } from "./action.ts";

/**
 * "Automation supports a maximum delay of 604800 seconds (7 days)."
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-sleep.html
 */
export const sleep: Action = {
  run: async ({ inputs, sleep: wait, now }) => {
    await wait(length(inputs, now()));
    return { result: {} };
  },
};

function length(inputs: Inputs, now: number): number {
  const duration = optionalText(inputs, "Duration");
  const until = duration === undefined ? parseTimestamp(text(inputs, "Timestamp")) : undefined;
  const asked =
    duration !== undefined
      ? parseDuration(duration)
      : until === undefined
        ? undefined
        : (until - now) / 1000;
  if (asked !== undefined && asked > LONGEST_SLEEP) {
    throw wrongInput(
      `The sleep of ${duration ?? `the time until ${String(inputs.Timestamp)}`} is longer than ${LONGEST_SLEEP} seconds, the most that AWS takes.`,
    );
  }
  if (asked !== undefined) return Math.max(0, asked);
  throw wrongInput(
    `The sleep of ${duration ?? String(inputs.Timestamp)} is not an ISO 8601 duration or time.`,
  );
}
