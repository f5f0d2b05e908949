/** The local AWS that the test files of one worker share: started once, and as good as new for each file. */
import { type Emulator, type EmulatorOptions, startEmulator } from "automation-emulator";

const running = new Map<string, Promise<Emulator>>();

/** Waits of scripts and of the engine go by thirty times as fast; a step still has twenty real seconds. */
const usual: EmulatorOptions = { timeScale: 30 };

/**
 * An emulator with these options, reset: no resources, executions, calls, faults, guardrails, and settings as at the
 * start. Nobody closes it: it ends with the process of the tests. A file that needs one of its own (another time, a
 * fault for everyone, its state after an end) calls `startEmulator`.
 */
export async function sharedEmulator(options: EmulatorOptions = usual): Promise<Emulator> {
  const key = JSON.stringify(options);
  const known = running.get(key);
  if (known === undefined) {
    const started = startEmulator(options);
    running.set(key, started);
    return started;
  }
  const emulator = await known;
  await emulator.reset();
  return emulator;
}

// Vitest ends its processes with this signal, and would leave the emulators' folders behind.
process.once("SIGTERM", () => {
  const closed = [...running.values()].map(async (emulator) => (await emulator).close());
  void Promise.allSettled(closed).then(() => process.exit());
});
