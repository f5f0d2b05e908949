/**
 * The AWS time of a run. What the engine and the scripts do takes as long as it takes; only waiting is shortened, by
 * the time scale, or skipped, when a test advances the time. So a timeout of 600 s is not hit by work that takes 1 s,
 * however fast the waits go by; and every deadline sees each wait in full, be it that of the step that waits, of the
 * loop around it, of the execution or of the one that started it.
 */
import { StepStopped, StepTimeout } from "./errors.ts";

/** The time that all executions of an engine share. */
export interface EngineTime {
  /** Milliseconds since the epoch: the real time, and all that was advanced. */
  now(): number;
  /** AWS seconds of waiting per real second; with 0, time is only ever advanced. */
  readonly scale: number;
  /** That of sleeps inside scripts, which can't wait for a time that is advanced: where the scale is 0, it is 1. */
  readonly scriptScale: number;
  /** Sets the scale, for the rest of what waits already too. A script that runs keeps the scale that it began with. */
  setScale(scale: number): void;
  /**
   * Lets AWS seconds go by at once, for all that wait in the engine: sleeps, polling, approvals, timeouts. Sleeps
   * inside scripts go by the time scale alone.
   */
  advance(seconds: number): void;
  /** Forgets what was advanced, and goes back to the scale of the start; for when nothing runs any more. */
  reset(): void;
  /** AWS seconds that have gone by for what works: the real ones, and what was advanced. Its zero means nothing. */
  worked(): number;
  /** AWS seconds that have gone by for what waits: the real ones by the scale, and what was advanced. */
  waited(): number;
  /** Ends after so many real seconds, at a change of the time, or when the signal is aborted. */
  pause(seconds: number, signal: AbortSignal): Promise<Pause>;
}

/** How a pause ended. */
export interface Pause {
  /** By itself, not by a change of the time or by the signal. */
  readonly over: boolean;
  /** `waited()` at that moment. */
  readonly waited: number;
}

/** The longest that a timer of Node.js can wait, in seconds. */
const longest = (2 ** 31 - 1) / 1000;

/** @param startScale AWS seconds of waiting per real second; with 0, time is only ever advanced */
export function createTime(startScale: number): EngineTime {
  let scale = startScale;
  let advanced = 0;
  // What had been waited when the scale was set, and when that was.
  let [before, since] = [0, real()];
  const waited = (): number => before + (real() - since) * scale + advanced;
  const setScale = (to: number): void => {
    before += (real() - since) * scale;
    since = real();
    scale = to;
  };
  const changes = new Set<() => void>();
  const changed = (): void => {
    for (const end of [...changes]) end();
  };
  return {
    now: () => Date.now() + advanced * 1000,
    get scale() {
      return scale;
    },
    get scriptScale() {
      return scale === 0 ? 1 : scale;
    },
    setScale: (to) => {
      setScale(to);
      changed();
    },
    advance: (seconds) => {
      advanced += seconds;
      changed();
    },
    reset: () => {
      advanced = 0;
      setScale(startScale);
    },
    worked: () => real() + advanced,
    waited,
    pause: (seconds, signal) =>
      new Promise((resolve) => {
        const end = (over: boolean): void => {
          clearTimeout(timer);
          changes.delete(change);
          signal.removeEventListener("abort", change);
          resolve({ over, waited: waited() });
        };
        const change = (): void => end(false);
        const timer = setTimeout(() => end(true), Math.min(seconds, longest) * 1000);
        changes.add(change);
        signal.addEventListener("abort", change, { once: true });
      }),
  };
}

const real = (): number => performance.now() / 1000;

/** The time of one execution, in which one thing happens after the other: it works, or it waits. */
export interface RunTime {
  readonly time: EngineTime;
  /** AWS seconds since it began. */
  elapsed(): number;
  /** Waits so many AWS seconds, or until the signal is aborted. */
  wait(seconds: number, signal: AbortSignal): Promise<void>;
  /** So many AWS seconds have gone by besides, as in a script that did not really sleep them. */
  skip(seconds: number): void;
  /** A further execution goes on as a part of this one until it has ended: this one's time is never behind. */
  join(part: RunTime, ended: Promise<void>): void;
}

export function startRun(time: EngineTime): RunTime {
  // What had gone by when the work or the wait in progress began.
  let gone = 0;
  let working = time.worked();
  let waiting: { readonly from: number; readonly seconds: number } | undefined;
  const parts = new Map<RunTime, number>();
  const own = (): number =>
    waiting === undefined
      ? gone + time.worked() - working
      : gone + Math.min(waiting.seconds, time.waited() - waiting.from);
  const elapsed = (): number => {
    const behind = own();
    const reached = [...parts].map(([part, before]) => before + part.elapsed());
    const furthest = Math.max(behind, ...reached);
    gone += furthest - behind;
    return furthest;
  };
  return {
    time,
    elapsed,
    skip: (seconds) => {
      gone += seconds;
    },
    join: (part, ended) => {
      parts.set(part, elapsed() - part.elapsed());
      ended.finally(() => {
        elapsed();
        parts.delete(part);
      });
    },
    wait: async (seconds, signal) => {
      gone = own();
      let left = seconds;
      while (left > 0 && !signal.aborted) {
        waiting = { from: time.waited(), seconds: left };
        const passed = await waitOnce(time, left, signal);
        waiting = undefined;
        gone += passed;
        left -= passed;
      }
      working = time.worked();
    },
  };
}

/** Waits for AWS seconds, or until a change of the time or the signal; gives how many have gone by. */
async function waitOnce(time: EngineTime, seconds: number, signal: AbortSignal): Promise<number> {
  const { scale } = time;
  const from = time.waited();
  const { over, waited } = await time.pause(seconds / scale, signal);
  // A timer is late by a millisecond or two, which a large scale would make minutes of.
  if (over) return Math.min(seconds, longest * scale);
  return signal.aborted ? Math.min(seconds, waited - from) : waited - from;
}

/** A deadline, and the waits before it. */
export interface Clock {
  readonly run: RunTime;
  /** AWS seconds since the clock was started. */
  elapsed(): number;
  /** AWS seconds until the deadline. */
  left(): number;
  /**
   * Waits, in AWS seconds.
   *
   * @throws StepStopped when the signal is aborted, StepTimeout when the deadline comes first
   */
  sleep(seconds: number, signal: AbortSignal): Promise<void>;
  /**
   * Waits for what goes on in a part of the run, until the signal is aborted.
   *
   * @throws StepTimeout when the deadline comes first
   */
  until(signal: AbortSignal): Promise<void>;
}

/**
 * @param seconds AWS seconds until the deadline
 * @param outer the clock of a longer part of the run, whose deadline holds as well
 */
export function startClock(run: RunTime, seconds: number, outer?: Clock): Clock {
  const { time } = run;
  const started = run.elapsed();
  const elapsed = (): number => run.elapsed() - started;
  const left = (): number =>
    Math.min(seconds - elapsed(), outer?.left() ?? Number.POSITIVE_INFINITY);
  const late = (): StepTimeout => new StepTimeout("The wait was longer than the timeout.");
  return {
    run,
    elapsed,
    left,
    sleep: async (asked, signal) => {
      const allowed = Math.max(0, Math.min(asked, left()));
      await run.wait(allowed, signal);
      if (signal.aborted) throw new StepStopped();
      if (allowed < asked) throw late();
    },
    until: async (signal) => {
      while (!signal.aborted) {
        if (left() <= 0) throw late();
        // The part waits, by the scale, or works: the deadline does not come sooner than by the faster of them.
        await time.pause(left() / Math.max(1, time.scale), signal);
      }
    },
  };
}
