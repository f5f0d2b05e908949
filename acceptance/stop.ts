/** Signals by which a person or the system ends a process: all mean that what was made is to be removed. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Lets the process live on after such a signal, so that it removes what it made.
 *
 * @param told is called at the first: npm passes on what the terminal has sent already
 */
export function stopSignal(told: () => void): {
  readonly signal: AbortSignal;
  readonly end: () => void;
} {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) return;
    controller.abort(new Error("It was stopped."));
    told();
  };
  for (const name of SIGNALS) process.on(name, stop);
  return {
    signal: controller.signal,
    end: () => {
      for (const name of SIGNALS) process.off(name, stop);
    },
  };
}
