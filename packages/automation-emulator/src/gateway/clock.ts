/** The emulator's clock: that of executions, and that of what takes its time in moto. */
import type { EngineTime } from "../engine/clock.ts";
import type { Admin } from "./admin.ts";

export interface EmulatorClock {
  /** Milliseconds since the epoch: the real time, and all that was advanced. */
  now(): number;
  /** AWS seconds of waiting per real second. */
  readonly timeScale: number;
  /**
   * Sets the time scale, for the rest of what waits already too. A script that runs keeps its own.
   *
   * @param scale from 0, where executions wait until the time is advanced, to 10,000
   * @throws Error for another number
   */
  setTimeScale(scale: number): void;
  /**
   * Lets AWS seconds go by at once: for all that executions wait for, but for sleeps inside scripts, and for images
   * and instances that are on their way to another state.
   *
   * @throws Error for a number that is not above 0, and when moto has ended
   */
  advance(seconds: number): Promise<void>;
}

/** So many AWS seconds per real second at most. */
export const largestTimeScale = 10_000;

/** @throws Error for what is no time scale */
export function checkTimeScale(scale: number): void {
  if (scale >= 0 && scale <= largestTimeScale) return;
  throw new Error(`The time scale must be a number from 0 to ${largestTimeScale}, not ${scale}.`);
}

/** @throws Error for seconds by which the time can't be advanced */
export function checkAdvance(seconds: number): void {
  if (seconds > 0 && Number.isFinite(seconds)) return;
  throw new Error(`The time can be advanced by seconds above 0, not by ${seconds}.`);
}

export function createClock(
  time: () => Pick<EngineTime, "now" | "scale" | "setScale" | "advance">,
  admin: Pick<Admin, "own">,
): EmulatorClock {
  return {
    now: () => time().now(),
    get timeScale() {
      return time().scale;
    },
    setTimeScale: (scale) => {
      checkTimeScale(scale);
      time().setScale(scale);
    },
    advance: async (seconds) => {
      checkAdvance(seconds);
      // moto first: what waits in an execution looks there as soon as its own time has come.
      const { status, output } = await admin.own("POST", "/moto-api/clock", { advance: seconds });
      if (status !== 200)
        throw new Error(`The time was not advanced in moto: ${JSON.stringify(output)}`);
      time().advance(seconds);
    },
  };
}
