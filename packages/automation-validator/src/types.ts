import { actions, type DataType } from "automation-language/actions";
import type { StepView } from "automation-language/document";
import { inText, type Reference } from "automation-language/references";
import { plainType } from "automation-language/types";
import type { Context } from "./context.ts";

/**
 * The type of the value that a reference brings, where it is known.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-outputs-inputs.html
 */
export function typeOf({ target }: Reference, context: Context): DataType | undefined {
  switch (target.kind) {
    case "parameter":
    case "variable": {
      const { parameters, variables } = context.document;
      const found = (target.kind === "parameter" ? parameters : variables).find(
        ({ name }) => name === target.name,
      );
      return found && plainType(found.type);
    }
    case "output": {
      if (target.deeper) return undefined;
      const step = context.step(target.step);
      const declared = step?.outputs.find(({ name }) => name === target.output);
      if (declared) return plainType(declared.type);
      const own = step && actions[step.action]?.outputs[target.output];
      return own === "Any" ? undefined : own;
    }
    case "system":
      return "String";
    default:
      return undefined;
  }
}

/** The type of a text in a step: of what it refers to where it is one reference as a whole, else String. */
export function typeOfText(text: string, step: StepView, context: Context): DataType | undefined {
  const [reference] = inText(text, step.path, step);
  return reference?.whole ? typeOf(reference, context) : "String";
}
