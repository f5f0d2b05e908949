import type { DataType } from "automation-language/actions";
import type { StepView } from "automation-language/document";
import { isRecord } from "automation-language/values";
import type { Context } from "./context.ts";
import { typeOfText } from "./types.ts";

/** The type of a list that is written out; a reference to a list in it is spread into it. */
function listType(
  list: readonly unknown[],
  step: StepView,
  context: Context,
): DataType | undefined {
  const types = list.map((entry): DataType | undefined => {
    if (isRecord(entry)) return "StringMap";
    if (typeof entry !== "string") return Array.isArray(entry) ? undefined : "String";
    return typeOfText(entry, step, context);
  });
  if (types.length === 0 || types.includes(undefined)) return undefined;
  return types.some((type) => type === "StringMap" || type === "MapList")
    ? "MapList"
    : "StringList";
}

/** The type of the value that an entry of a step's InputPayload brings; undefined where it is not known. */
export function payloadType(step: StepView, key: string, context: Context): DataType | undefined {
  const payload = step.inputs.InputPayload;
  const value = isRecord(payload) ? payload[key] : undefined;
  if (typeof value === "string") return typeOfText(value, step, context);
  if (typeof value === "boolean") return "Boolean";
  if (typeof value === "number") return "Integer";
  if (Array.isArray(value)) return listType(value, step, context);
  return isRecord(value) ? "StringMap" : undefined;
}
