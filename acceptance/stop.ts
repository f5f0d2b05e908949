/** Signals by which a person or the system ends a process: all mean that what was made is to be removed. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

const STREAMS = [process.stdout, process.stderr] as const;

/**
 * Lets the process live on after such a signal, and after the reader of its output has gone away, so that it removes
 * what it made.
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
  // Other commands end at once when nobody reads them (automation-language's reader.ts).
  const before = STREAMS.map((stream) => stream.listeners("error") as ((error: Error) => void)[]);
  for (const stream of STREAMS) stream.removeAllListeners("error").on("error", stop);
  return {
    signal: controller.signal,
    end: () => {
      for (const name of SIGNALS) process.off(name, stop);
      STREAMS.forEach((stream, at) => {
        for (const listener of before[at] ?? []) stream.on("error", listener);
      });
    },
  };
}
