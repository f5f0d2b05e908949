import { guide } from "automation-language/actions";
import { LONGEST_SLEEP, parseDuration, parseTimestamp } from "automation-language/duration";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "LIMIT10",
  severity: "error",
  summary: "aws:sleep has a Duration or a Timestamp in ISO 8601, and sleeps at most seven days.",
  url: guide("automation-action-sleep"),
  *check({ document }) {
    for (const { name, action, inputs, path } of document.steps) {
      if (action !== "aws:sleep") continue;
      const { Duration: time, Timestamp: moment } = inputs;
      const place = [...path, "inputs"];
      if ((time === undefined) === (moment === undefined))
        yield {
          path: place,
          message: `${name} needs a Duration or a Timestamp, and only one of them`,
        };
      if (typeof time === "string" && !time.includes("{{")) {
        const seconds = parseDuration(time);
        if (seconds === undefined)
          yield {
            path: [...place, "Duration"],
            message: `${name}: ${time} is not a duration. Write it as PT10M or P1DT2H`,
          };
        else if (seconds > LONGEST_SLEEP)
          yield {
            path: [...place, "Duration"],
            message: `${name}: ${time} is longer than seven days, the most that Automation sleeps`,
          };
      }
      if (
        typeof moment === "string" &&
        !moment.includes("{{") &&
        parseTimestamp(moment) === undefined
      )
        yield {
          path: [...place, "Timestamp"],
          message: `${name}: ${moment} is not a time. Write it as 2030-01-31T12:00:00Z`,
        };
    }
  },
};
