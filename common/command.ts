import { PythonSetupError } from "automation-language/pythonSetup";
import { endWithReader } from "automation-language/reader";
import pc from "./colours.ts";
import { explain } from "./explain.ts";
import { printable } from "./printable.ts";
import { Problem } from "./problem.ts";

endWithReader();

/**
 * Runs a command's body and ends the process as a shell expects: 0, or 1 with what is wrong and what to do on
 * standard error; 130 when a question was left with Ctrl-C, 141 when who reads the output has gone.
 */
export async function command(body: () => Promise<number | undefined>): Promise<void> {
  try {
    process.exitCode = (await body()) ?? 0;
  } catch (error) {
    if (error instanceof Error && error.name === "ExitPromptError") {
      console.error("Stopped; nothing further was changed.");
      process.exitCode = 130;
      return;
    }
    const explained = (error instanceof AggregateError ? error.errors : [error]).map(explain);
    const defect = explained.find(
      (one) => !(one instanceof Problem || one instanceof PythonSetupError),
    );
    if (defect !== undefined) throw defect;
    for (const problem of explained as (Problem | PythonSetupError)[]) console.error(told(problem));
    process.exitCode = 1;
  }
}

/** What is wrong, and what to do where that is not in it already. */
function told(problem: Problem | PythonSetupError): string {
  const what = `${pc.red("✖")} ${printable(problem.message)}`;
  return problem instanceof Problem
    ? `${what}\n  ${pc.bold("What to do:")} ${printable(problem.remedy)}`
    : what;
}
