import type { DataType } from "automation-language/actions";
import type { StepView } from "automation-language/document";
import { inText } from "automation-language/references";
import { isRecord } from "automation-language/values";
import type { Context } from "./context.ts";
import { typeOf } from "./types.ts";

/** The type of the value that an entry of a step's InputPayload brings; undefined where it is not known. */
export function payloadType(step: StepView, key: string, context: Context): DataType | undefined {
  const payload = step.inputs.InputPayload;
  const value = isRecord(payload) ? payload[key] : undefined;
  if (typeof value === "string") {
    const [reference] = inText(value, [...step.path, "inputs", "InputPayload", key], step);
    return reference?.whole ? typeOf(reference, context) : "String";
  }
  if (typeof value === "boolean") return "Boolean";
  if (typeof value === "number") return "Integer";
  if (Array.isArray(value) && value.length === 0) return undefined;
  if (Array.isArray(value)) return value.some(isRecord) ? "MapList" : "StringList";
  return isRecord(value) ? "StringMap" : undefined;
}
