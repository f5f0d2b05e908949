import { guide } from "automation-language/actions";
import { suggest } from "automation-language/suggest";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "SCRIPT02",
  severity: "error",
  needs: "scripts",
  summary:
    "Handler names a function of the script that takes two arguments, events and context; PowerShell has none.",
  url: guide("automation-action-executeScript"),
  *check({ document, scripts }) {
    for (const { name, inputs, path } of document.steps)
      if (String(inputs.Runtime).startsWith("PowerShell") && inputs.Handler !== undefined)
        yield {
          path: [...path, "inputs", "Handler"],
          atKey: true,
          message: `${name}: PowerShell runtimes take no Handler`,
        };
    for (const [step, { functions, names, handler }] of scripts) {
      if (functions === undefined) continue;
      const name = step.inputs.Handler;
      const path = [...step.path, "inputs", "Handler"];
      if (typeof name !== "string")
        yield {
          path: [...step.path, "inputs"],
          message: `${step.name} has a Python script and no Handler`,
        };
      else if (!handler) {
        if (!names?.includes(name))
          yield {
            path,
            message: `${step.name}: the script has no function ${name}${suggest(name, functions)}`,
          };
      } else if (handler.lazy)
        yield {
          path: [...step.path, "inputs", "Script"],
          inText: { line: handler.line, column: 1 },
          message: `${step.name}: ${name} is async, so its call gives a coroutine that nobody awaits; make it a def that calls asyncio.run`,
        };
      else if (handler.least > 2 || (handler.most ?? 2) < 2)
        yield {
          path: [...step.path, "inputs", "Script"],
          inText: { line: handler.line, column: 1 },
          message: `${step.name}: ${name} is called with two arguments, events and context, and takes ${handler.most ?? handler.least}`,
        };
    }
  },
};
