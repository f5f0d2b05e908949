/**
 * The results of aws:runCommand, which no agent gives here: a test says what a command is to answer.
 *
 *     emulator.engine.commands.set({ documentName: "AWS-RunShellScript" }, { output: "ok" });
 */
export interface CommandMatch {
  /** Name of the Command document; any, where it is left out. */
  readonly documentName?: string;
  /** Id of one of the instances; any, where it is left out. */
  readonly instanceId?: string;
}

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/monitor-commands.html */
export interface CommandResult {
  /** `Success` by default; every other one fails the step. */
  readonly status: "Success" | "Failed" | "TimedOut" | "Cancelled" | "DeliveryTimedOut";
  /** 0 by default; -1 where the command did not run. */
  readonly responseCode: number;
  readonly output: string;
  /** AWS seconds until the command has ended. */
  readonly seconds: number;
}

export interface Commands {
  /** Sets a result; the last one that matches counts. Gives the function that takes it back. */
  set(match: CommandMatch, result: Partial<CommandResult>): () => void;
  /** Takes all results back. */
  clear(): void;
}

export interface CommandStub extends Commands {
  /** What a command answers: the result that was set, or success without output. */
  resultOf(documentName: string, instanceIds: readonly string[]): CommandResult;
}

export function createCommands(): CommandStub {
  let set: { readonly match: CommandMatch; readonly result: Partial<CommandResult> }[] = [];
  return {
    set: (match, result) => {
      const entry = { match, result };
      set.push(entry);
      return () => {
        set = set.filter((one) => one !== entry);
      };
    },
    clear: () => {
      set = [];
    },
    resultOf: (documentName, instanceIds) => {
      const found = set.findLast(
        ({ match }) =>
          (match.documentName ?? documentName) === documentName &&
          (match.instanceId === undefined || instanceIds.includes(match.instanceId)),
      );
      return { status: "Success", responseCode: 0, output: "", seconds: 0, ...found?.result };
    },
  };
}
