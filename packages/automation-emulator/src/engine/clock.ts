/**
 * The AWS time of a run. What the engine and the scripts do takes as long as it takes; only waiting is shortened, by
 * the time scale. So a timeout of 600 s is not hit by work that takes 1 s, however fast the waits go by.
 */
import { setTimeout as wait } from "node:timers/promises";
import { StepStopped, StepTimeout } from "./errors.ts";

export interface Clock {
  /** AWS seconds since the clock was started. */
  elapsed(): number;
  /**
   * Waits, in AWS seconds.
   *
   * @throws StepStopped when the signal is aborted, StepTimeout when the deadline comes first
   */
  sleep(seconds: number, signal: AbortSignal): Promise<void>;
  /** AWS seconds until the deadline. */
  left(): number;
}

/** The longest that a timer of Node.js can wait, in ms. */
const longest = 2 ** 31 - 1;

/**
 * @param timeScale seconds of AWS time per real second
 * @param seconds AWS seconds until the deadline
 * @param outer the clock of a longer run, whose deadline holds as well
 */
export function startClock(timeScale: number, seconds: number, outer?: Clock): Clock {
  const started = performance.now();
  let skipped = 0;
  const elapsed = (): number => (performance.now() - started) / 1000 + skipped;
  const left = (): number =>
    Math.min(seconds - elapsed(), outer?.left() ?? Number.POSITIVE_INFINITY);
  return {
    elapsed,
    left,
    sleep: async (asked, signal) => {
      const allowed = Math.max(0, Math.min(asked, left()));
      const real = allowed / timeScale;
      if (signal.aborted) throw new StepStopped();
      try {
        await wait(Math.min(real * 1000, longest), undefined, { signal });
      } catch {
        throw new StepStopped();
      }
      skipped += allowed - real;
      if (allowed < asked) throw new StepTimeout("The wait was longer than the timeout.");
    },
  };
}
