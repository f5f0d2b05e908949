import { guide } from "automation-language/actions";
import type { Rule } from "../rule.ts";

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-loop.html */
const MOST_TURNS = 100;

export const rule: Rule = {
  id: "FLOW10",
  severity: "error",
  summary: "A loop has Iterators or a LoopCondition, not both, and at most 100 turns.",
  url: guide("automation-action-loop"),
  *check({ document }) {
    for (const { action, name, inputs, path } of document.steps) {
      if (action !== "aws:loop") continue;
      const each = inputs.Iterators !== undefined;
      const condition = inputs.LoopCondition !== undefined;
      const place = [...path, "inputs"];
      if (each && condition)
        yield {
          path: [...place, "LoopCondition"],
          message: `${name} has both Iterators and a LoopCondition`,
        };
      if (!each && !condition)
        yield { path: place, message: `${name} has neither Iterators nor a LoopCondition` };
      if (Array.isArray(inputs.Iterators) && inputs.Iterators.length > MOST_TURNS)
        yield {
          path: [...place, "Iterators"],
          message: `${name} has ${inputs.Iterators.length} iterators, ${MOST_TURNS} is the most`,
        };
      const most = Number(inputs.MaxIterations ?? 1);
      if (most < 1 || most > MOST_TURNS)
        yield {
          path: [...place, "MaxIterations"],
          message: `${name}: MaxIterations must be from 1 to ${MOST_TURNS}`,
        };
    }
  },
};
