/** The values that parameters, inputs and outputs hold. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json };

export type JsonMap = { readonly [key: string]: Json };

export const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A value inside a longer text: texts as they are, all else as JSON. */
export const asText = (value: unknown): string =>
  typeof value === "string" ? value : (JSON.stringify(value) ?? "");

/** A value in the wire format of parameters and outputs: a list of texts. */
export const asTexts = (value: unknown): string[] =>
  Array.isArray(value) ? value.map(asText) : [asText(value)];
