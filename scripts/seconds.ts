import { InvalidArgumentError } from "commander";

/** Parses an option for the seconds between two looks: a rate that Systems Manager would throttle is no rate. */
export function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0.1 && value <= 3600))
    throw new InvalidArgumentError("It must be a number of seconds from 0.1 to 3600.");
  return value;
}
