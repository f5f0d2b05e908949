import { confirm, input, select } from "@inquirer/prompts";
import { Problem } from "./problem.ts";

/** Whether a person sits at the terminal. */
export const interactive = (): boolean =>
  process.stdin.isTTY === true && process.stdout.isTTY === true;

/**
 * Asks before a change; `--yes` answers.
 *
 * @returns whether to go on
 * @throws Problem where nobody is there to answer
 */
export async function agree(question: string, yes: boolean): Promise<boolean> {
  if (yes) return true;
  needPerson();
  return confirm({ message: question, default: false });
}

/** Asks for a text to be typed again, as proof that the person means this target; `--yes` skips it. */
export async function typedAgain(what: string, expected: string, yes: boolean): Promise<boolean> {
  if (yes) return true;
  needPerson();
  const typed = await input({ message: `Type ${what} (${expected}) to go on:` });
  return typed.trim() === expected;
}

/** One of several answers; an AbortPromptError where the signal takes the question back. */
export const choose = <T extends string>(
  message: string,
  choices: readonly { readonly name: string; readonly value: T }[],
  signal: AbortSignal,
): Promise<T> => select<T>({ message, choices: [...choices] }, { signal });

function needPerson(): void {
  if (!interactive())
    throw new Problem(
      "This asks before it changes anything, and there is no terminal to ask on.",
      "Give --yes to go on without being asked.",
    );
}
