import { guide } from "automation-language/actions";
import type { Path, Problem } from "automation-language/place";
import { isRecord } from "automation-language/values";
import type { Rule } from "../rule.ts";

/** Longer lists are cut before the script gets them. */
const LONGEST = 100;

export const rule: Rule = {
  id: "LIMIT08",
  severity: "error",
  summary: "No list that a script gets is longer than Automation passes on.",
  url: guide("automation-action-executeScript"),
  *check({ document }) {
    for (const { action, inputs, path } of document.steps)
      if (action === "aws:executeScript")
        yield* lists(inputs.InputPayload, [...path, "inputs", "InputPayload"]);
  },
};

function* lists(value: unknown, path: Path): Iterable<Problem> {
  if (Array.isArray(value)) {
    if (value.length > LONGEST)
      yield {
        path,
        message: `The list has ${value.length} items; a script gets ${LONGEST} at most`,
      };
    for (const [at, part] of value.entries()) yield* lists(part, [...path, at]);
  } else if (isRecord(value))
    for (const [key, part] of Object.entries(value)) yield* lists(part, [...path, key]);
}
