import { guide } from "automation-language/actions";
import type { StepView } from "automation-language/document";
import { table } from "automation-language/table";
import { isRecord } from "automation-language/values";
import type { Rule } from "../rule.ts";

/** What is wrong with an action's inputs taken together, with the input that it is told at. */
type Look = (
  inputs: Readonly<Record<string, unknown>>,
) => readonly (readonly [string | undefined, string])[];

const both =
  (one: string, other: string): Look =>
  (inputs) =>
    one in inputs && other in inputs ? [[other, `has both ${one} and ${other}`]] : [];

const neither =
  (one: string, other: string): Look =>
  (inputs) =>
    one in inputs || other in inputs ? [] : [[undefined, `has neither ${one} nor ${other}`]];

const needs =
  (one: string, other: string): Look =>
  (inputs) =>
    one in inputs && !(other in inputs) ? [[one, `has ${one} without ${other}`]] : [];

/** A role or a group stands for several people, so only users can be counted. */
const approvals: Look = ({ Approvers: approvers, MinRequiredApprovals: least }) => {
  if (!Array.isArray(approvers)) return [];
  const open = approvers.some((one) => /\{\{|:(assumed-)?role\/|:group\//.test(String(one)));
  return !open && Number(least) > approvers.length
    ? [
        [
          "MinRequiredApprovals",
          `waits for ${String(least)} approvals and has ${approvers.length} to give them`,
        ],
      ]
    : [];
};

const counts: Look = ({ MinInstanceCount: least, MaxInstanceCount: most }) =>
  Number(least) > Number(most)
    ? [
        [
          "MaxInstanceCount",
          `has a MaxInstanceCount, ${String(most)}, under the MinInstanceCount ${String(least)}`,
        ],
      ]
    : [];

/** By action, as its page in the reference and the API call behind it say. */
const looks: Readonly<Record<string, readonly Look[]>> = table({
  "aws:approve": [approvals],
  "aws:createStack": [
    both("TemplateBody", "TemplateURL"),
    neither("TemplateBody", "TemplateURL"),
    both("StackPolicyBody", "StackPolicyURL"),
    both("OnFailure", "DisableRollback"),
  ],
  "aws:executeAutomation": [needs("Targets", "TargetParameterName"), both("Targets", "TargetMaps")],
  "aws:runCommand": [neither("InstanceIds", "Targets")],
  "aws:runInstances": [counts],
});

export const rule: Rule = {
  id: "SCHEMA05",
  severity: "error",
  summary: "An action has the inputs that need each other, and none that exclude each other.",
  url: guide("automation-actions"),
  *check({ document }) {
    for (const step of document.steps)
      for (const look of hasInputs(step) ? (looks[step.action] ?? []) : [])
        for (const [input, message] of look(step.inputs))
          yield {
            path: [...step.path, "inputs", ...(input === undefined ? [] : [input])],
            message: `${step.name} ${message}`,
          };
  },
};

const hasInputs = ({ inputs }: StepView): boolean =>
  isRecord(inputs) && Object.keys(inputs).length > 0;
