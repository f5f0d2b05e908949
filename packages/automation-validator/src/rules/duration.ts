import { guide } from "automation-language/actions";
import type { Rule } from "../rule.ts";

const duration = /^P(?!$)(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/** Seven days. */
const LONGEST = 604_800;
const timestamp = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/;

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
        const parts = duration.exec(time);
        const [days = 0, hours = 0, minutes = 0, seconds = 0] = (parts ?? [])
          .slice(1)
          .map((part) => Number(part ?? 0));
        if (parts === null)
          yield {
            path: [...place, "Duration"],
            message: `${name}: ${time} is no duration: PT10M or P1DT2H is`,
          };
        else if (days * 86_400 + hours * 3_600 + minutes * 60 + seconds > LONGEST)
          yield {
            path: [...place, "Duration"],
            message: `${name}: ${time} is longer than seven days, the most that Automation sleeps`,
          };
      }
      if (typeof moment === "string" && !moment.includes("{{") && !timestamp.test(moment))
        yield {
          path: [...place, "Timestamp"],
          message: `${name}: ${moment} is no time: 2030-01-31T12:00:00Z is`,
        };
    }
  },
};
