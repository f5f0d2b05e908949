import { guide } from "automation-language/actions";
import { misfits } from "automation-language/shapes";
import { apiSteps } from "../apiStep.ts";
import type { Rule } from "../rule.ts";
import { typeOfText } from "../types.ts";

export const rule: Rule = {
  id: "API03",
  severity: "error",
  summary:
    "The inputs of a call fit the operation: known members, required ones there, values of the right form.",
  url: guide("automation-action-executeAwsApi"),
  *check(context) {
    for (const { step, service, operation, parameters } of apiSteps(context)) {
      const path = [...step.path, "inputs"];
      if (operation.input === undefined) {
        const [extra] = Object.keys(parameters);
        if (extra !== undefined)
          yield {
            path: [...path, extra],
            atKey: true,
            message: `${step.name}: ${operation.name} takes no parameters`,
          };
        continue;
      }
      const found = misfits(service, operation.input, parameters, path, (text) =>
        typeOfText(text, step, context),
      );
      for (const problem of found)
        yield {
          ...problem,
          message: `${step.name}, ${service.name} ${operation.name}: ${problem.message}`,
        };
    }
  },
};
