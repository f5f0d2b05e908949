import { afterAll, beforeAll, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../../src/index.ts";

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ timeScale: 0 });
});
afterAll(() => emulator.close());

test("a reset puts the clock of executions and the time scale back too", async () => {
  const day = 86_400;
  const { clock } = emulator;
  await clock.advance(day);
  clock.setTimeScale(7);
  expect(clock.now() - Date.now()).toBeGreaterThan((day - 60) * 1000);
  await emulator.reset();
  expect(clock.now() - Date.now()).toBeLessThan(60_000);
  expect(clock.timeScale).toBe(0);
});
