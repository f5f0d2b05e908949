/** An emulator for many cases side by side: an account of its own for each, and waits that cost nothing. */
import { type Emulator, startEmulator } from "../../../emulator/index.ts";

/** Starts the emulator. Images and drains take moments, and the sleeps of steps nearly nothing. */
export async function openLab(): Promise<Emulator> {
  const emulator = await startEmulator({ timeScale: 1000 });
  await emulator.knobs({ imageDelay: 0.05 });
  return emulator;
}
