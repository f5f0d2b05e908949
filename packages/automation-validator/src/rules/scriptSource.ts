import { guide } from "automation-language/actions";
import { isRecord } from "automation-language/values";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "SCRIPT14",
  severity: "error",
  summary:
    "A script stands in Script or in an Attachment, and the document's files name the attachment.",
  url: guide("automation-action-executeScript"),
  *check({ document }) {
    const files = isRecord(document.data.files) ? Object.keys(document.data.files) : [];
    for (const { name, action, inputs, path } of document.steps) {
      if (action !== "aws:executeScript") continue;
      const place = [...path, "inputs"];
      const { Script: script, Attachment: attachment } = inputs;
      if (script === undefined && attachment === undefined)
        yield { path: place, message: `${name} needs a Script or an Attachment` };
      else if (typeof script === "string" && script.trim() === "")
        yield { path: [...place, "Script"], message: `${name}: the script is empty` };
      if (
        typeof attachment === "string" &&
        !attachment.includes("{{") &&
        !files.includes(attachment)
      )
        yield {
          path: [...place, "Attachment"],
          message: `${name}: files names no attachment ${attachment}`,
        };
    }
  },
};
