import type { DataType } from "./actions.ts";

/** What is wrong with a value that should be of a type, as the end of a sentence; undefined where it fits or is a reference. */
export function wrongForm(type: DataType | undefined, value: unknown): string | undefined {
  const is = (form: boolean, words: string) => (form ? undefined : `is no ${words}`);
  const filled = typeof value === "string" && value.includes("{{");
  if (filled) return undefined;
  switch (type) {
    case "String":
      return is(typeof value !== "object", "text");
    case "Integer":
      return is(
        Number.isInteger(typeof value === "string" && value !== "" ? Number(value) : value),
        "whole number",
      );
    case "Boolean":
      return is(/^(true|false)$/i.test(String(value)), "true or false");
    case "StringList":
    case "MapList":
      return is(Array.isArray(value), "list");
    case "StringMap":
      return is(typeof value === "object" && value !== null && !Array.isArray(value), "map");
    default:
      return undefined;
  }
}
