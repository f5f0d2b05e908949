/**
 * The AWS time of a run. What the engine and the scripts do takes as long as it takes; only waiting is shortened, by
 * the time scale, or skipped, when a test advances the time. So a timeout of 600 s is not hit by work that takes 1 s,
 * however fast the waits go by.
 */
import { StepStopped, StepTimeout } from "./errors.ts";

/** The time that all executions of an engine share. */
export interface EngineTime {
  /** Milliseconds since the epoch: the real time, and all that was advanced. */
  now(): number;
  /** All that was advanced, in AWS seconds. */
  advanced(): number;
  /**
   * Lets AWS seconds go by at once, for all that wait in the engine: sleeps, polling, approvals, timeouts. Sleeps
   * inside scripts go by the time scale alone.
   */
  advance(seconds: number): void;
  /** Forgets what was advanced; for when nothing runs any more. */
  reset(): void;
  /** Ends when so many AWS seconds have gone by, or at once when the signal is aborted. */
  wait(seconds: number, signal: AbortSignal): Promise<void>;
}

/** The longest that a timer of Node.js can wait, in ms. */
const longest = 2 ** 31 - 1;

/** @param timeScale AWS seconds of waiting per real second; with 0, time is only ever advanced */
export function createTime(timeScale: number): EngineTime {
  let advanced = 0;
  const waiting = new Set<() => void>();
  /** Ends at a change of the time, after so many real ms, or when the signal is aborted. */
  const pause = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        waiting.delete(end);
        signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, Math.min(ms, longest));
      waiting.add(end);
      signal.addEventListener("abort", end, { once: true });
    });
  return {
    now: () => Date.now() + advanced * 1000,
    advanced: () => advanced,
    advance: (seconds) => {
      advanced += seconds;
      for (const end of [...waiting]) end();
    },
    reset: () => {
      advanced = 0;
    },
    wait: async (seconds, signal) => {
      const [started, before] = [performance.now(), advanced];
      while (!signal.aborted) {
        const gone = ((performance.now() - started) / 1000) * timeScale + advanced - before;
        // What is less than a millisecond no timer can wait.
        if (seconds - gone < 0.001 * timeScale || seconds <= gone) return;
        await pause(((seconds - gone) / timeScale) * 1000, signal);
      }
    },
  };
}

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

/**
 * @param seconds AWS seconds until the deadline
 * @param outer the clock of a longer run, whose deadline holds as well
 */
export function startClock(time: EngineTime, seconds: number, outer?: Clock): Clock {
  const [started, before] = [performance.now(), time.advanced()];
  let skipped = 0;
  const real = (): number => (performance.now() - started) / 1000;
  const elapsed = (): number => real() + time.advanced() - before + skipped;
  const left = (): number =>
    Math.min(seconds - elapsed(), outer?.left() ?? Number.POSITIVE_INFINITY);
  return {
    elapsed,
    left,
    sleep: async (asked, signal) => {
      const [from, allowed] = [elapsed(), Math.max(0, Math.min(asked, left()))];
      await time.wait(allowed, signal);
      if (signal.aborted) throw new StepStopped();
      skipped += Math.max(0, allowed - (elapsed() - from));
      if (allowed < asked) throw new StepTimeout("The wait was longer than the timeout.");
    },
  };
}
