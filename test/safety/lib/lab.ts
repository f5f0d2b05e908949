/** An emulator for many cases side by side: an account of its own for each, and waits that cost nothing. */
import { type Emulator, startEmulator } from "automation-emulator";
import type { Snapshot } from "../../world/snapshot.ts";
import { backupKey, type World } from "../../world/world.ts";
import type { Scenario } from "./scenarios.ts";

export type Action = "Contain" | "Release";

/** An account in which nothing has been tried yet. */
export interface Ready {
  readonly world: World;
  /** The account before any containment. */
  readonly before: Snapshot;
  /** The account now: contained, where a release is to be tried. */
  readonly earlier: Snapshot;
  /** The key of the containment's backup, where a release is to be tried. */
  readonly key: string;
}

export interface Lab {
  readonly emulator: Emulator;
  /** An account for a scenario, contained already where a release is to be tried. */
  take(scenario: Scenario, action: Action): Promise<Ready>;
  /** Gives back an account in which nothing was changed. */
  giveBack(scenario: Scenario, action: Action, ready: Ready): void;
  close(): Promise<void>;
}

/** Starts the emulator. Images and drains take moments, and the sleeps of steps nearly nothing. */
export async function openLab(): Promise<Lab> {
  const emulator = await startEmulator({ timeScale: 1000 });
  await emulator.settings({ imageDelay: 0.05 });
  const unused = new Map<string, Ready[]>();
  const place = (scenario: Scenario, action: Action): Ready[] => {
    const name = `${action} ${scenario.name}`;
    const list = unused.get(name) ?? [];
    unused.set(name, list);
    return list;
  };
  return {
    emulator,
    take: async (scenario, action) =>
      place(scenario, action).pop() ?? make(emulator, scenario, action),
    giveBack: (scenario, action, ready) => void place(scenario, action).push(ready),
    close: () => emulator.close(),
  };
}

async function make(emulator: Emulator, scenario: Scenario, action: Action): Promise<Ready> {
  const world = await scenario.make(emulator);
  const before = await world.snapshot();
  if (action === "Contain") return { world, before, earlier: before, key: "" };
  const key = backupKey(await world.contain(scenario.parameters));
  return { world, before, earlier: await world.snapshot(), key };
}
