import { guide, reservedOutputs } from "automation-language/actions";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "REF08",
  severity: "error",
  summary:
    "Output names are unique in their step, and none takes a name that the action itself puts out.",
  url: guide("automation-action-outputs-inputs"),
  *check({ document }) {
    for (const step of document.steps) {
      const seen = new Set<string>();
      const reserved = reservedOutputs(step.action);
      for (const { name, path } of step.outputs) {
        const place = [...path, "Name"];
        if (seen.has(name))
          yield { path: place, message: `${step.name}: the output ${name} is a duplicate` };
        seen.add(name);
        if (!/^[A-Za-z0-9_-]+$/.test(name))
          yield {
            path: place,
            message: `${step.name}: an output's name may hold letters, digits, - and _, unlike ${JSON.stringify(name)}`,
          };
        else if (reserved.includes(name))
          yield {
            path: place,
            message: `${step.name}: the output name ${name} is reserved: ${step.action} has ${reserved.join(", ")} without a declaration. Remove the declaration and refer to {{ ${step.name}.${name} }}, or choose another name`,
          };
      }
    }
    const seen = new Set<string>();
    for (const { text, path } of document.outputs) {
      const bare = text.replace(/[{}\s]/g, "");
      if (seen.has(bare)) yield { path, message: `The output ${bare} is a duplicate` };
      seen.add(bare);
    }
  },
};
