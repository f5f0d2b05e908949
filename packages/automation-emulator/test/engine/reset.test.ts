import { afterAll, beforeAll, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../../src/index.ts";

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ timeScale: 0 });
});
afterAll(() => emulator.close());

test("a reset puts the clock of executions back too", async () => {
  const day = 86_400;
  emulator.engine.time.advance(day);
  expect(emulator.engine.time.now() - Date.now()).toBeGreaterThan((day - 60) * 1000);
  await emulator.reset();
  expect(emulator.engine.time.now() - Date.now()).toBeLessThan(60_000);
});
