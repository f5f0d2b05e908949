import { guide } from "automation-language/actions";
import type { Path, Problem } from "automation-language/place";
import { isRecord } from "automation-language/values";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "REF05",
  severity: "error",
  summary: "A reference has the form {{ name }} or {{ step.output }}, with both pairs of braces.",
  url: guide("automation-variables"),
  *check({ document, references }) {
    for (const { target, text, path } of references)
      if (target.kind === "malformed")
        yield {
          path,
          message: `{{ ${text} }} is no reference: a name, step.output, global:NAME or variable:name is`,
        };
    for (const step of document.steps)
      if (step.action !== "aws:loop" && step.action !== "aws:runCommand")
        for (const [key, value] of Object.entries(step.inputs))
          if (key !== "Script") yield* open(value, [...step.path, "inputs", key]);
  },
};

/** `{{ name }` and `{ name }}`: one brace is missing, so the text would be used as it stands. */
function* open(value: unknown, path: Path): Iterable<Problem> {
  if (typeof value === "string") {
    const rest = value.replace(/\{\{[^{}]*\}\}/g, "");
    const broken = /\{\{\s*[\w:.-]+\s*(\}(?!\})|$)|(^|[^{])\{\s*[\w:.-]+\s*\}\}/.exec(rest);
    if (broken)
      yield { path, message: `${broken[0].trim()} looks like a reference that lacks a brace` };
  } else if (Array.isArray(value))
    for (const [at, part] of value.entries()) yield* open(part, [...path, at]);
  else if (isRecord(value))
    for (const [key, part] of Object.entries(value)) yield* open(part, [...path, key]);
}
