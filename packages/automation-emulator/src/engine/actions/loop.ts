import { evaluateCondition } from "automation-language/conditions";
import { asText, isInteger, isRecord, parseJson } from "automation-language/values";
import { asWrongInput, wrongInput } from "../errors.ts";
import type { Left } from "../loop.ts";
import { type Action, count, optionalText } from "./action.ts";

/** "The maximum number of iterations is 100." */
const mostIterations = 100;

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-loop.html */
export const loop: Action = {
  run: async ({ inputs, iterate }) => {
    const { Iterators, LoopCondition } = inputs;
    if ((Iterators === undefined) === (LoopCondition === undefined)) {
      throw wrongInput("A loop needs either Iterators or a LoopCondition.");
    }
    const most = count(inputs, "MaxIterations") ?? mostIterations;
    if (most < 1 || most > mostIterations) {
      throw wrongInput(`MaxIterations must be from 1 to ${mostIterations}; it is ${most}.`);
    }
    const values = Iterators === undefined ? undefined : iterators(inputs);
    const last = Math.min(most, values?.length ?? most);
    let iteration = 0;
    let left: Left | undefined;
    while (iteration < last) {
      iteration += 1;
      const value = values?.[iteration - 1];
      const turned = await iterate({ iteration, ...(value !== undefined && { value }) });
      left = turned.left;
      if (turned.completing || left !== undefined) break;
      if (LoopCondition === undefined) continue;
      const condition = turned.resolve(LoopCondition);
      if (!asWrongInput(() => evaluateCondition(condition))) break;
    }
    const CurrentIteratorValue = values?.[iteration - 1];
    const outputs = {
      CurrentIteration: iteration,
      ...(CurrentIteratorValue !== undefined && { CurrentIteratorValue }),
    };
    return { result: outputs, outputs, ...(left !== undefined && { left }) };
  },
};

function iterators(inputs: Readonly<Record<string, unknown>>): unknown[] {
  const { Iterators: list } = inputs;
  if (!Array.isArray(list)) throw wrongInput(`Iterators must be a list, not ${asText(list)}.`);
  if (list.length > mostIterations) {
    throw wrongInput(`Iterators has ${list.length} items; at most ${mostIterations} are allowed.`);
  }
  const type = optionalText(inputs, "IteratorDataType") ?? "String";
  return list.map((item: unknown) => iterator(item, type));
}

/** An item in the IteratorDataType; a text may stand for each. */
function iterator(item: unknown, type: string): unknown {
  const wrong = wrongInput(`The iterator ${asText(item)} is not of the IteratorDataType ${type}.`);
  if (type === "String") return asText(item);
  const value =
    typeof item === "string"
      ? read(item.replace(/^(?:true|false)$/i, (word) => word.toLowerCase()))
      : item;
  const fits =
    (type === "Boolean" && typeof value === "boolean") ||
    (type === "Integer" && isInteger(value)) ||
    (type === "StringMap" && isRecord(value));
  if (fits) return value;
  throw wrong;
}

function read(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}
