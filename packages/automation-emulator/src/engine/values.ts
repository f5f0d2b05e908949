/** The values that parameters, inputs and outputs hold. */
import { parse as parseLossless, stringify } from "lossless-json";

export const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A number as exact as JavaScript has it: integers that are too large for a number are a bigint. */
export function exactNumber(text: string): number | bigint {
  const number = Number(text);
  return /^-?\d+$/.test(text) && !Number.isSafeInteger(number) ? BigInt(text) : number;
}

/** An integer of any size. */
export const isInteger = (value: unknown): value is number | bigint =>
  typeof value === "bigint" || Number.isInteger(value);

/** Reads JSON; numbers are exact. @throws SyntaxError */
export const parseJson = (text: string): unknown => parseLossless(text, undefined, exactNumber);

/** JSON of a value with exact numbers. */
export const toJson = (value: unknown): string => stringify(value) ?? "null";

/** A value inside a longer text: texts as they are, all else as JSON. */
export const asText = (value: unknown): string =>
  typeof value === "string" ? value : value === undefined ? "" : toJson(value);

/** A value in the wire format of parameters and outputs: a list of texts. */
export const asTexts = (value: unknown): string[] =>
  Array.isArray(value) ? value.map(asText) : [asText(value)];
