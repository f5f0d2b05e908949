import { guide } from "automation-language/actions";
import type { DocumentView } from "automation-language/document";
import type { Path, Problem } from "automation-language/place";
import { isRecord } from "automation-language/values";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "REF05",
  severity: "error",
  summary: "A reference has the form {{ name }} or {{ step.output }}, with both pairs of braces.",
  url: guide("automation-variables"),
  *check({ document, references }): Iterable<Problem> {
    for (const { target, text, path } of references)
      if (target.kind === "malformed")
        yield {
          path,
          message: `{{ ${text} }} is not a reference. Write {{ Parameter }}, {{ step.Output }}, {{ global:NAME }} or {{ variable:NAME }}`,
        };
    for (const [value, path] of textsOf(document)) yield* open(value, path);
  },
};

/** What is filled in: the role, the outputs, and the inputs but for scripts and other template languages. */
function* textsOf(document: DocumentView): Iterable<readonly [unknown, Path]> {
  yield [document.data.assumeRole, ["assumeRole"]];
  for (const { text, path } of document.outputs) yield [text, path];
  for (const { name, spec, path } of document.parameters)
    if (name !== "") yield [spec.default, [...path, "default"]];
  for (const step of document.steps) {
    for (const key of ["timeoutSeconds", "maxAttempts", "nextStep"] as const)
      yield [step[key], [...step.path, key]];
    if (step.action !== "aws:loop" && step.action !== "aws:runCommand")
      for (const [key, value] of Object.entries(step.inputs))
        if (key !== "Script") yield [value, [...step.path, "inputs", key]];
  }
}

/** Braces that are not those of a reference: one is missing, or references stand inside each other. */
function* open(value: unknown, path: Path): Iterable<Problem> {
  if (typeof value === "string") {
    const nested = /\{\{[^{}]*\{\{\s*([\w:.-]+)\s*\}\}[^{}]*\}\}/.exec(value);
    if (nested) {
      yield {
        path,
        part: nested[0],
        message: `${nested[0]} has braces inside braces; write {{ ${nested[1]} }}`,
      };
      return;
    }
    const rest = value.replace(/\{\{[^{}]*\}\}/g, "");
    const broken = /\{\{\s*([\w:.-]+)\s*(\}(?!\})|$)|(?:^|[^{])\{\s*([\w:.-]+)\s*\}\}/.exec(rest);
    if (broken)
      yield {
        path,
        part: broken[0].trim(),
        message: `${broken[0].trim()} lacks a brace; write {{ ${broken[1] ?? broken[3]} }}`,
      };
  } else if (Array.isArray(value))
    for (const [at, part] of value.entries()) yield* open(part, [...path, at]);
  else if (isRecord(value))
    for (const [key, part] of Object.entries(value)) yield* open(part, [...path, key]);
}
