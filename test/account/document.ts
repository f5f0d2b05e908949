import { findPython } from "automation-language/python";
import { type Compiled, compile } from "../../document/compile.ts";
import { documentName } from "../../document/runbook.ts";

let compiled: Compiled | undefined;

/** The runbook as `npm run build` writes it, compiled once in a test file. */
export function runbookDocument(): Compiled {
  compiled ??= compile(findPython());
  return compiled;
}

export { documentName };
