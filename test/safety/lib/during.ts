/** Things that happen in the middle of a run. */
import type { Emulator } from "automation-emulator";

/** How long the call at which something happens waits, so that it has happened before the call. */
const headStart = 150;

/**
 * Lets something happen right before the nth call that an automation makes in an account, once.
 *
 * @returns whether the call was made, and what came of what happened
 */
export function atCall<T>(
  emulator: Emulator,
  accountId: string,
  nth: number,
  happen: () => Promise<T>,
): { happened(): Promise<T> | undefined; remove(): void } {
  let count = 0;
  let result: Promise<T> | undefined;
  const remove = emulator.faults.add({
    match: {
      accountId,
      automationOnly: true,
      times: 1,
      predicate: () => {
        count += 1;
        if (count !== nth) return false;
        result = happen();
        return true;
      },
    },
    kind: { delayMs: headStart },
  });
  return { happened: () => result, remove };
}
