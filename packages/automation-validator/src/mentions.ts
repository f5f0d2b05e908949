import { inText, type Reference } from "automation-language/references";
import type { Context } from "./context.ts";

/** All references of a document, and what its scripts have of the same form: whoever looks for what is unused counts those too. */
export const mentions = ({ document, references }: Context): readonly Reference[] => [
  ...references,
  ...document.steps.flatMap((step) =>
    typeof step.inputs.Script === "string" ? inText(step.inputs.Script, step.path, step) : [],
  ),
];
