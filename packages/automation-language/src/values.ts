/** The values that parameters, inputs and outputs hold, and their forms as text. */
import { parse as parseLossless, stringify } from "lossless-json";

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
export const isScalar = (value: unknown): value is string | number | bigint | boolean =>
  ["string", "number", "bigint", "boolean"].includes(typeof value);

/** An integer of any size. */
export const isInteger = (value: unknown): value is number | bigint =>
  typeof value === "bigint" || Number.isInteger(value);

/** A number as exact as JavaScript has it: integers that are too large for a number are a bigint. */
export function exactNumber(text: string): number | bigint {
  const number = Number(text);
  return /^-?\d+$/.test(text) && !Number.isSafeInteger(number) ? BigInt(text) : number;
}

/** Reads JSON; numbers are exact. @throws SyntaxError */
export const parseJson = (text: string): unknown => parseLossless(text, undefined, exactNumber);

/** JSON of a value with exact numbers; undefined as JSON.stringify's. */
export const toJson = (value: unknown): string | undefined => stringify(value);

/** A value inside a longer text: texts as they are, all else as JSON. */
export const asText = (value: unknown): string =>
  typeof value === "string" ? value : (toJson(value) ?? "");

/** A value in the wire format of parameters and outputs: a list of texts. */
export const asTexts = (value: unknown): string[] =>
  Array.isArray(value) ? value.map(asText) : [asText(value)];

/** A value as JSON for a message, cut where it is long. */
export function show(value: unknown, most = 80): string {
  const text = toJson(value) ?? "nothing";
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** What a document says that Automation would refuse when it runs it. The message is a whole sentence. */
export class LanguageError extends Error {
  override readonly name = "LanguageError";
}
