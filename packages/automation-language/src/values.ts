/** The values that parameters, inputs and outputs hold, and their forms as text. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json };

/** Whether a value is a map: neither a list nor null. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A single text, number or truth value. */
export const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean";

/** A value inside a longer text: texts as they are, all else as JSON. */
export const asText = (value: unknown): string =>
  typeof value === "string" ? value : (JSON.stringify(value) ?? "");

/** A value in the wire format of parameters and outputs: a list of texts. */
export const asTexts = (value: unknown): string[] =>
  Array.isArray(value) ? value.map(asText) : [asText(value)];

/** A value as JSON for a message, cut where it is long. */
export function show(value: unknown, most = 80): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** What a document says that Automation would refuse when it runs it. The message is a whole sentence. */
export class LanguageError extends Error {
  override readonly name = "LanguageError";
}
