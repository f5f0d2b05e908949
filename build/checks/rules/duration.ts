import { guide } from "../../schema/actions.ts";
import type { Rule } from "../rule.ts";

const duration = /^P(?!$)(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?$/;
const timestamp = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/;

export const rule: Rule = {
  id: "LIMIT10",
  severity: "error",
  summary: "aws:sleep has a Duration or a Timestamp in ISO 8601, and Duration is at most a year.",
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
      if (typeof time === "string" && !time.includes("{{") && !duration.test(time))
        yield {
          path: [...place, "Duration"],
          message: `${name}: ${time} is no duration: PT10M or P1DT2H is`,
        };
      if (typeof moment === "string" && !moment.includes("{{") && !timestamp.test(moment))
        yield {
          path: [...place, "Timestamp"],
          message: `${name}: ${moment} is no time: 2030-01-31T12:00:00Z is`,
        };
    }
  },
};
