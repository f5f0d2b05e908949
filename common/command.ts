import pc from "picocolors";
import { explain } from "./explain.ts";
import { Problem } from "./problem.ts";

/**
 * Runs a command's body and ends the process as a shell expects: 0, or 1 with what is wrong and what to do on
 * standard error; 130 when a question was left with Ctrl-C.
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
    const defect = explained.find((one) => !(one instanceof Problem));
    if (defect !== undefined) throw defect;
    for (const { message, remedy } of explained as Problem[])
      console.error(`${pc.red("✖")} ${message}\n  ${pc.bold("What to do:")} ${remedy}`);
    process.exitCode = 1;
  }
}
