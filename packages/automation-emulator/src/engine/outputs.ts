/**
 * Outputs of steps: a JSONPath into what the action gave, and a type.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-aws-apis-calling-json-path.html
 */
import { convert } from "automation-language/convert";
import { evaluateSelector } from "automation-language/jsonpath";
import { show } from "automation-language/values";
import type { OutputDefinition } from "./document.ts";
import { asWrongOutput, StepFailure } from "./errors.ts";

/**
 * The values of a step's outputs. An output whose selector finds nothing, or null, has no value.
 *
 * @throws StepFailure for a value that can't be turned into the declared type
 */
export function readOutputs(
  definitions: readonly OutputDefinition[],
  result: unknown,
): ReadonlyMap<string, unknown> {
  const values = new Map<string, unknown>();
  for (const { name, selector, type } of definitions) {
    const found = select(selector, result);
    if (found === undefined || found === null) continue;
    const value = convert(type, found);
    if (value === undefined) {
      throw new StepFailure(
        `Failed to convert the output ${name} (${selector}) to ${type}: ${show(found, 200)}`,
        { stage: "PostVerification", type: "Verification" },
      );
    }
    values.set(name, value);
  }
  return values;
}

/**
 * What a JSONPath finds: one value, or a list where the path has a deep scan, a wildcard or a filter.
 *
 * @returns undefined where it finds nothing
 * @throws StepFailure for a path that AWS does not support
 */
export const select = (path: string, data: unknown): unknown =>
  asWrongOutput(() => evaluateSelector(path, data));
