import { choose, interactive } from "../common/ask.ts";
import type { Interruption } from "./follow.ts";

/**
 * Waits for Ctrl-C and asks what it was meant for. Without a terminal to ask on, it leaves the execution running:
 * a pipeline that is stopped must not leave an instance half contained.
 *
 * @returns a function each call of which resolves at the next Ctrl-C, and one that ends the listening
 */
export function interruptions(): {
  readonly next: () => Promise<Interruption>;
  readonly end: () => void;
} {
  let ring: (() => void) | undefined;
  const listener = (): void => ring?.();
  process.on("SIGINT", listener);
  return {
    next: async () => {
      await new Promise<void>((resolve) => {
        ring = resolve;
      });
      ring = undefined;
      if (!interactive()) return "leave";
      return ask();
    },
    end: () => void process.off("SIGINT", listener),
  };
}

async function ask(): Promise<Interruption> {
  try {
    return await choose<Interruption>("The execution is running. What now?", [
      { name: "Go on following it", value: "continue" },
      { name: "Cancel it: the runbook puts in order what it has begun", value: "cancel" },
      { name: "Leave it running", value: "leave" },
    ]);
  } catch (error) {
    // Ctrl-C again, in the question.
    if (error instanceof Error && error.name === "ExitPromptError") return "leave";
    throw error;
  }
}
