import { actions, guide } from "automation-language/actions";
import { misfits } from "automation-language/shapes";
import { table } from "automation-language/table";
import type { Rule } from "../rule.ts";
import { typeOfText } from "../types.ts";

/** Actions that hand inputs on to a call as they are: the call, and those of its members. */
const passed: Readonly<
  Record<string, { service: string; operation: string; inputs: readonly string[] }>
> = table({
  "aws:createImage": {
    service: "ec2",
    operation: "CreateImage",
    inputs: ["BlockDeviceMappings"],
  },
  "aws:createStack": {
    service: "cloudformation",
    operation: "CreateStack",
    inputs: ["Parameters", "Capabilities", "Tags", "TimeoutInMinutes"],
  },
  "aws:executeAutomation": {
    service: "ssm",
    operation: "StartAutomationExecution",
    inputs: ["Targets", "TargetLocations", "Tags"],
  },
  "aws:runCommand": {
    service: "ssm",
    operation: "SendCommand",
    inputs: ["Targets", "NotificationConfig", "CloudWatchOutputConfig", "TimeoutSeconds"],
  },
  "aws:runInstances": {
    service: "ec2",
    operation: "RunInstances",
    inputs: [
      "BlockDeviceMappings",
      "MetadataOptions",
      "NetworkInterfaces",
      "Placement",
      "TagSpecifications",
    ],
  },
});

/** aws:createTags calls another service for each of its types; a tag has the same form in all of them. */
const tags = { service: "ec2", operation: "CreateTags", inputs: ["Tags"] } as const;

export const rule: Rule = {
  id: "API09",
  severity: "error",
  summary: "Lists and maps that an action hands on to a call fit the call's model.",
  url: guide("automation-actions"),
  *check(context) {
    for (const step of context.document.steps) {
      const call = step.action === "aws:createTags" ? tags : passed[step.action];
      const service = call && context.models.service(call.service);
      const operation = call && service?.operations[call.operation];
      const members = service?.shapes[operation?.input?.shape ?? ""]?.members ?? {};
      for (const name of call?.inputs ?? []) {
        const member = members[name];
        const value = step.inputs[name];
        // A value that is a reference as a whole has been held against the input's own type.
        if (service === undefined || member === undefined || value === undefined) continue;
        if (typeof value === "string" && actions[step.action]?.inputs[name]?.type !== "Integer")
          continue;
        const path = [...step.path, "inputs", name];
        for (const problem of misfits(service, member, value, path, (text) =>
          typeOfText(text, step, context),
        ))
          yield { ...problem, message: `${step.name}: ${problem.message}` };
      }
    }
  },
};
