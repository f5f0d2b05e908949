import { actions, guide } from "automation-language/actions";
import { standsIn } from "automation-language/document";
import { suggestOrList } from "automation-language/suggest";
import type { Rule } from "../rule.ts";

/** What every action has without a declaration, and what a loop gives its steps. */
const always = ["OutputPayload"];
const ofLoop = ["CurrentIteratorValue", "CurrentIteration"];

export const rule: Rule = {
  id: "REF03",
  severity: "error",
  summary: "Every output that is referred to is declared by its step or built into its action.",
  url: guide("automation-action-outputs-inputs"),
  *check({ document, references, step }) {
    for (const { target, path, step: user } of references) {
      if (target.kind !== "output") continue;
      const producer = step(target.step);
      if (producer === undefined) {
        const names = document.steps.map(({ name }) => name);
        yield {
          path,
          message: `There is no step ${target.step}${suggestOrList(target.step, names)}`,
        };
        continue;
      }
      const action = actions[producer.action];
      if (action === undefined) continue;
      const own = [...producer.outputs.map(({ name }) => name), ...Object.keys(action.outputs)];
      if ([...own, ...always].includes(target.output)) continue;
      if (producer.action === "aws:loop") {
        const inner = document.steps.filter(({ loop }) => loop === producer);
        const turning = ofLoop.includes(target.output);
        if (
          (turning && standsIn(user, producer)) ||
          inner.some(({ name }) => name === target.output)
        )
          continue;
        if (turning) {
          yield {
            path,
            message: `${target.step} has ${target.output} only for the steps inside it`,
          };
          continue;
        }
      }
      yield {
        path,
        message: `${target.step} has no output ${target.output}${suggestOrList(target.output, own)}`,
      };
    }
  },
};
