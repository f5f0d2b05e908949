import { choose, interactive } from "../common/ask.ts";
import type { Interruption, Pressed } from "./follow.ts";

/** Listens for Ctrl-C while executions are followed. */
export interface Interruptions {
  /** Resolves when Ctrl-C is pressed next: for all who wait, to one question. */
  readonly next: () => Promise<Pressed>;
  /** What was chosen so far, once the question that stands open is answered. */
  readonly chosen: () => Promise<readonly Interruption[]>;
  /** Ends the listening: the next Ctrl-C ends the process. */
  readonly end: () => void;
  /** Takes back a question that stands open: what it is about can be followed no more. */
  readonly close: () => void;
}

/**
 * Asks at Ctrl-C what it was meant for. Without a terminal to ask on, it leaves the execution running: a pipeline that
 * is stopped must not leave an instance half contained.
 */
export function interruptions(): Interruptions {
  const questions: Promise<Interruption>[] = [];
  const closing = new AbortController();
  let waiting: Promise<Pressed> | undefined;
  let press: ((pressed: Pressed) => void) | undefined;
  const listener = (): void => {
    if (press === undefined) return;
    const choice = interactive() ? ask(closing.signal) : Promise.resolve("leave" as const);
    questions.push(choice);
    waiting = undefined;
    press({ choice });
    press = undefined;
  };
  process.on("SIGINT", listener);
  return {
    next: () => {
      waiting ??= new Promise((resolve) => {
        press = resolve;
      });
      return waiting;
    },
    chosen: () => Promise.all(questions),
    end: () => void process.off("SIGINT", listener),
    close: () => closing.abort(),
  };
}

async function ask(signal: AbortSignal): Promise<Interruption> {
  try {
    return await choose<Interruption>(
      "The execution is running. What now?",
      [
        { name: "Go on following it", value: "continue" },
        { name: "Cancel it: the runbook puts in order what it has begun", value: "cancel" },
        { name: "Leave it running", value: "leave" },
      ],
      signal,
    );
  } catch (error) {
    // Ctrl-C again, in the question; or the question was taken back.
    if (error instanceof Error && /^(Exit|Abort)PromptError$/.test(error.name)) return "leave";
    throw error;
  }
}
