/** The executions that the engine knows. */
import { type Execution, isFinal, type TargetLocation } from "./executions.ts";
import type { Keeper } from "./keeper.ts";

/** Whose child an execution is, and where. */
export interface Expected {
  readonly parent: string;
  readonly targetLocation?: TargetLocation;
}

export interface Registry {
  add(execution: Execution): void;
  get(id: string): Execution | undefined;
  /** The oldest first. */
  all(): readonly Execution[];
  /** The tags of one, which may have ended, are others. */
  changed(execution: Execution): void;
  /** Forgets all. */
  clear(): void;
  /** By the client token with which they are being started. */
  readonly expected: Map<string, Expected>;
}

/** Of the executions that have ended, so many are remembered, so that memory stays flat in an emulator that runs on. */
const remembered = 500;

/** @param keeper keeps what is remembered between starts */
export function createRegistry(keeper: Keeper): Registry {
  const executions = new Map(keeper.earlier.map((execution) => [execution.id, execution]));
  const forget = (id: string): void => {
    executions.delete(id);
    keeper.forget(id);
  };
  const forgetOldest = (): void => {
    for (const { id, state, parent } of executions.values()) {
      if (executions.size <= remembered) return;
      const running = parent === undefined ? undefined : executions.get(parent);
      if (isFinal(state) && (running === undefined || isFinal(running.state))) forget(id);
    }
  };
  return {
    add: (execution) => {
      executions.set(execution.id, execution);
      keeper.changed(execution);
      forgetOldest();
    },
    get: (id) => executions.get(id),
    all: () => [...executions.values()],
    changed: keeper.changed,
    clear: () => {
      for (const id of [...executions.keys()]) forget(id);
    },
    expected: new Map(),
  };
}
