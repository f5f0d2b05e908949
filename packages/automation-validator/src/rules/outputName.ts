import { actions, guide } from "automation-language/actions";
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
      const own = actions[step.action]?.outputs ?? {};
      for (const { name, selector, path } of step.outputs) {
        const place = [...path, "Name"];
        if (seen.has(name))
          yield { path: place, message: `${step.name} has an output ${name} already` };
        seen.add(name);
        if (!/^[A-Za-z0-9_-]+$/.test(name))
          yield {
            path: place,
            message: `${step.name}: an output's name is letters, digits, - and _, not ${JSON.stringify(name)}`,
          };
        else if ((name in own && selector !== `$.${name}`) || name === "OutputPayload")
          yield {
            path: place,
            message: `${step.name}: ${name} is reserved for what ${step.action} itself puts out`,
          };
      }
    }
    const seen = new Set<string>();
    for (const { text, path } of document.outputs) {
      const bare = text.replace(/[{}\s]/g, "");
      if (seen.has(bare)) yield { path, message: `The document has the output ${bare} already` };
      seen.add(bare);
    }
  },
};
