import { isRecord, type StepView } from "./document.ts";
import { choicesOf } from "./graph.ts";
import type { Path } from "./place.ts";

/** A comparison or one of And, Or, Not. */
export interface ConditionView {
  readonly condition: Readonly<Record<string, unknown>>;
  readonly path: Path;
}

/** The conditions of a branch's choices or of a loop, those inside And, Or and Not among them. */
export function conditionsOf(step: StepView): ConditionView[] {
  if (step.action === "aws:branch")
    return choicesOf(step).flatMap(({ condition, path }) => nested(condition, path));
  if (step.action === "aws:loop" && isRecord(step.inputs.LoopCondition))
    return nested(step.inputs.LoopCondition, [...step.path, "inputs", "LoopCondition"]);
  return [];
}

function nested(condition: Readonly<Record<string, unknown>>, path: Path): ConditionView[] {
  const parts = (["And", "Or"] as const).flatMap((key) => {
    const list = condition[key];
    return Array.isArray(list)
      ? list.flatMap((part: unknown, at) =>
          isRecord(part) ? nested(part, [...path, key, at]) : [],
        )
      : [];
  });
  const not = condition.Not;
  return [{ condition, path }, ...parts, ...(isRecord(not) ? nested(not, [...path, "Not"]) : [])];
}
