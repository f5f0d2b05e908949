/** Reads the inputs of API operations, which come as unknown JSON. */
import { isRecord } from "automation-language/values";
import { AwsError } from "./errors.ts";

export type Input = Readonly<Record<string, unknown>>;

export const inputMap = (input: unknown): Input => (isRecord(input) ? input : {});

export const validation = (message: string): AwsError =>
  new AwsError("ValidationException", message);

/** @throws AwsError ValidationException for what is no text */
export function optionalString(input: Input, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return value;
  throw validation(`${name} must be a string.`);
}

/** @throws AwsError ValidationException where it is missing */
export function requiredString(input: Input, name: string): string {
  const value = optionalString(input, name);
  if (value !== undefined && value !== "") return value;
  throw validation(`${name} must not be empty.`);
}

/** @throws AwsError ValidationException for what is no list of texts */
export function strings(value: unknown, name: string): string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every((part) => typeof part === "string")) return value;
  throw validation(`${name} must be a list of strings.`);
}

export function maps(value: unknown, name: string): Input[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every(isRecord)) return value;
  throw validation(`${name} must be a list of structures.`);
}
