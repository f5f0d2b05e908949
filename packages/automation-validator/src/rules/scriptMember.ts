import { operationOf } from "automation-language/botocore";
import { selectPath } from "automation-language/shapes";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "SCRIPT17",
  severity: "error",
  needs: "scripts",
  summary: "The members that a script reads from a response are in the operation's response.",
  url: "https://boto3.amazonaws.com/v1/documentation/api/latest/index.html",
  *check({ scripts, models }) {
    for (const [step, { members = [] }] of scripts)
      for (const { service: name, method, path, line } of members) {
        const service = models.service(name);
        const operation = service?.operations[operationOf(service, method) ?? ""];
        if (service === undefined || operation === undefined) continue;
        const found = selectPath(service, operation.output, path);
        if ("error" in found)
          yield {
            path: [...step.path, "inputs", "Script"],
            inText: { line, column: 1 },
            message: `${step.name}: the script reads ${path.join(".")} of ${method}, and ${found.error}`,
          };
      }
  },
};
