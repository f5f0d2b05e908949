import { reservedOutputs } from "automation-language/actions";
import { type Draft, type DraftStep, type Mutation, pick, type Subject, stepOf } from "./draft.ts";

/** Faults in the form of conditions, names, keys, references and arguments. */
export function formMutations({ draft }: Subject, next: () => number): Mutation[] {
  return [
    ...roleMutations(draft),
    ...draft.mainSteps.flatMap((step) => [
      ...operandMutations(step),
      ...nameMutations(step, next),
      ...keyMutations(step, next),
      ...braceMutations(step, next),
      ...selectorMutations(step),
      ...argumentMutations(step, next),
    ]),
  ];
}

function roleMutations({ assumeRole }: Draft): Mutation[] {
  if (typeof assumeRole !== "string" || !assumeRole.includes("{{")) return [];
  return [
    {
      kind: "braces inside braces",
      place: "assumeRole",
      apply: ({ draft }) => {
        draft.assumeRole = `{{ ${assumeRole} }}`;
      },
    },
  ];
}

/** And and Or with one condition alone. */
function operandMutations({ name, action, inputs }: DraftStep): Mutation[] {
  if (action !== "aws:branch") return [];
  const choices = (inputs.Choices ?? []) as Record<string, unknown>[];
  return choices.flatMap((_, at): Mutation[] =>
    (["And", "Or"] as const).map((key) => ({
      kind: "break a branch: one operand alone",
      place: `${name} ${at} ${key}`,
      apply: ({ draft }) => {
        const copy = stepOf(draft, name).inputs.Choices as Record<string, unknown>[];
        const { NextStep, ...condition } = copy[at] ?? {};
        const operands = condition[key];
        const [first = condition] = Array.isArray(operands) ? operands : [condition];
        copy[at] = { NextStep, [key]: [first] };
      },
    })),
  );
}

/** An output under a name that the action has for itself. */
function nameMutations(step: DraftStep, next: () => number): Mutation[] {
  const reserved = pick(reservedOutputs(step.action), next) ?? "OutputPayload";
  return [
    {
      kind: "declare a reserved output",
      place: `${step.name}.${reserved}`,
      apply: ({ draft }) => {
        const copy = stepOf(draft, step.name);
        const output = { Name: reserved, Selector: `$.${reserved}`, Type: "String" };
        copy.outputs = [...(copy.outputs ?? []), output];
      },
    },
  ];
}

/** A key of a step in other capitals. */
function keyMutations(step: DraftStep, next: () => number): Mutation[] {
  const key = pick(Object.keys(step), next) ?? "name";
  return [
    {
      kind: "write a step's key in other capitals",
      place: `${step.name} ${key}`,
      apply: ({ draft }) => {
        const copy = stepOf(draft, step.name) as Record<string, unknown>;
        const value = copy[key];
        delete copy[key];
        copy[`${key[0]?.toUpperCase()}${key.slice(1)}`] = value;
      },
    },
  ];
}

function braceMutations(step: DraftStep, next: () => number): Mutation[] {
  const text = JSON.stringify({ ...step.inputs, Script: undefined });
  const reference = pick(text.match(/\{\{ [\w.:]+ \}\}/g) ?? [], next);
  if (reference === undefined) return [];
  return [
    {
      kind: "braces inside braces",
      place: `${step.name} ${reference}`,
      apply: ({ draft }) => {
        const copy = stepOf(draft, step.name);
        const changed = text.replace(reference, `{{ ${reference} }}`);
        copy.inputs = { ...copy.inputs, ...(JSON.parse(changed) as Record<string, unknown>) };
      },
    },
  ];
}

function selectorMutations(step: DraftStep): Mutation[] {
  return (step.outputs ?? []).map(({ Name, Selector }, at) => ({
    kind: "two comparisons in one filter",
    place: `${step.name}.${Name}`,
    apply: ({ draft }) => {
      const output = stepOf(draft, step.name).outputs?.[at];
      if (output) output.Selector = `${Selector}[?(@.a == 'b' && @.c == 'd')]`;
    },
  }));
}

/** A member of a map that a script gives to AWS, in small letters. */
function argumentMutations(step: DraftStep, next: () => number): Mutation[] {
  const { Script: script } = step.inputs;
  if (typeof script !== "string") return [];
  const found = pick(
    [...script.matchAll(/=\[\{"(Name|Key|Values|Value)": ?/g)].filter(({ 1: key }) => key),
    next,
  );
  if (found === undefined) return [];
  const [whole, key = ""] = found;
  return [
    {
      kind: "script: write a member of an argument in small letters",
      place: `${step.name} ${key}`,
      apply: ({ draft }) => {
        const changed = whole.replace(key, key.toLowerCase());
        const at = found.index;
        stepOf(draft, step.name).inputs.Script =
          script.slice(0, at) + changed + script.slice(at + whole.length);
      },
    },
  ];
}
