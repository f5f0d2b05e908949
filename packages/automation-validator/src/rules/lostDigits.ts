import type { Rule } from "../rule.ts";

/** @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_TargetLocation.html for accounts, which are texts of 12 digits */
export const rule: Rule = {
  id: "SCHEMA06",
  severity: "error",
  summary:
    "Digits that begin with 0, as an account's number can, stand in quotes: a number loses the 0.",
  url: "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_TargetLocation.html",
  *check({ source }) {
    for (const { path, text } of source.lostDigits())
      yield { path, message: `${text} is read as the number ${Number(text)}: put it in quotes` };
  },
};
