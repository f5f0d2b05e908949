import { actions, type DataType, guide } from "automation-language/actions";
import { fitsInput, isDataType } from "automation-language/convert";
import type { Rule } from "../rule.ts";
import { typeOf } from "../types.ts";

export const rule: Rule = {
  id: "REF11",
  severity: "error",
  summary:
    "A referred value has the type that the input takes, or one that Automation converts for it.",
  url: guide("automation-action-outputs-inputs"),
  *check(context) {
    for (const reference of context.references) {
      const { step, path, whole, text } = reference;
      if (step === undefined || path[step.path.length] !== "inputs") continue;
      const given = typeOf(reference, context);
      if (given === undefined) continue;
      const [key, ...deeper] = path.slice(step.path.length + 1);
      const input = actions[step.action]?.inputs[String(key)];
      if (input === undefined || !isDataType(input.type)) continue;
      const wanted: DataType | undefined = whole && deeper.length === 0 ? input.type : undefined;
      if (wanted !== undefined && !fitsInput(given, wanted))
        yield {
          path,
          message: `${step.name}: ${String(key)} takes ${wanted}, and ${text} is ${given}`,
        };
      else if (
        wanted === undefined &&
        deeper.length === 1 &&
        input.type === "StringList" &&
        whole &&
        given === "StringMap"
      )
        yield {
          path,
          message: `${step.name}: an entry of ${String(key)} is a string, and ${text} is ${given}`,
        };
    }
  },
};
