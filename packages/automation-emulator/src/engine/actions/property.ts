import { asText } from "automation-language/values";
import { wrongInput } from "../errors.ts";
import { select } from "../outputs.ts";
import { type ActionContext, text } from "./action.ts";
import { callOf } from "./awsApi.ts";

export interface Looked {
  /** The property has one of the desired values; of several, all have. */
  readonly desired: boolean;
  /** What was found, for the message. */
  readonly found: string;
  readonly wanted: string;
}

/** Calls the API of an assert or wait step and compares the property that it names. */
export async function look(context: ActionContext): Promise<Looked> {
  const selector = text(context.inputs, "PropertySelector");
  const { DesiredValues: wanted } = context.inputs;
  if (!Array.isArray(wanted) || wanted.length === 0) {
    throw wrongInput("The input DesiredValues must be a list of values.");
  }
  const found = select(selector, await callOf(context, ["PropertySelector", "DesiredValues"]));
  const values: readonly unknown[] =
    found === undefined ? [] : Array.isArray(found) ? found : [found];
  const texts = wanted.map(asText);
  return {
    desired: values.length > 0 && values.every((value) => isAmong(value, texts)),
    found: values.length === 0 ? `nothing at ${selector}` : values.map(asText).join(", "),
    wanted: texts.join(", "),
  };
}

/** Published documents write "True" and "False" for booleans, and pass. */
function isAmong(value: unknown, wanted: readonly string[]): boolean {
  const text = asText(value);
  if (typeof value !== "boolean") return wanted.includes(text);
  return wanted.some((one) => one.toLowerCase() === text);
}
