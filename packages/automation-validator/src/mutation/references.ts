import { plainTypes } from "automation-language/types";
import { type DraftStep, type Mutation, misspell, pick, type Subject, stepOf } from "./draft.ts";

/** Faults in what steps hand to one another: outputs, selectors, references, inputs. */
export function referenceMutations({ draft }: Subject, next: () => number): Mutation[] {
  const outputs = draft.mainSteps.flatMap((step) => outputMutations(step, next));
  const inputs = draft.mainSteps.flatMap((step) => inputMutations(step, next));
  const ends = (draft.outputs ?? []).map(
    (output, at): Mutation => ({
      kind: "misspell an output of the document",
      place: output,
      apply: ({ draft: copy }) => {
        if (copy.outputs) copy.outputs[at] = misspell(output, next);
      },
    }),
  );
  return [...outputs, ...inputs, ...ends];
}

function outputMutations(step: DraftStep, next: () => number): Mutation[] {
  return (step.outputs ?? []).flatMap((output, at): Mutation[] => {
    const place = `${step.name}.${output.Name}`;
    const type =
      pick(
        plainTypes.filter((one) => one !== output.Type),
        next,
      ) ?? "String";
    return [
      {
        kind: "rename an output",
        place,
        apply: ({ draft }) => {
          const one = stepOf(draft, step.name).outputs?.[at];
          if (one) one.Name = misspell(output.Name, next);
        },
      },
      {
        kind: "drop an output",
        place,
        apply: ({ draft }) => stepOf(draft, step.name).outputs?.splice(at, 1),
      },
      {
        kind: "swap an output's type",
        place: `${place}: ${output.Type} → ${type}`,
        apply: ({ draft }) => {
          const one = stepOf(draft, step.name).outputs?.[at];
          if (one) one.Type = type;
        },
      },
      {
        kind: "misspell a selector",
        place,
        apply: ({ draft }) => {
          const one = stepOf(draft, step.name).outputs?.[at];
          const keys = output.Selector.split(".");
          if (one)
            one.Selector = [...keys.slice(0, -1), misspell(keys.at(-1) ?? "", next)].join(".");
        },
      },
    ];
  });
}

function inputMutations(step: DraftStep, next: () => number): Mutation[] {
  const found: Mutation[] = Object.keys(step.inputs).flatMap((key): Mutation[] => [
    {
      kind: "misspell an input",
      place: `${step.name} ${key}`,
      apply: ({ draft }) => {
        const { inputs } = stepOf(draft, step.name);
        inputs[misspell(key, next)] = inputs[key];
        delete inputs[key];
      },
    },
    {
      kind: "drop an input",
      place: `${step.name} ${key}`,
      apply: ({ draft }) => {
        delete stepOf(draft, step.name).inputs[key];
      },
    },
  ]);
  for (const key of ["Service", "Api", "PropertySelector"])
    if (typeof step.inputs[key] === "string")
      found.push({
        kind: "misspell a service, operation or property",
        place: `${step.name} ${key}`,
        apply: ({ draft }) => {
          stepOf(draft, step.name).inputs[key] = misspell(String(step.inputs[key]), next);
        },
      });
  const text = JSON.stringify(step.inputs);
  const references = [...text.matchAll(/\{\{ ([\w:.]+) \}\}/g)];
  for (const { 1: name = "", index } of references) {
    const replace = (kind: string, to: string): Mutation => ({
      kind,
      place: `${step.name} ${name}${kind.includes("swap") ? ` → ${to}` : ""}`,
      apply: ({ draft }) => {
        const changed = text.slice(0, index) + text.slice(index).replace(name, to);
        stepOf(draft, step.name).inputs = JSON.parse(changed) as Record<string, unknown>;
      },
    });
    found.push(replace("misspell a reference", misspell(name, next)));
    const another = pick(
      references.map((one) => one[1] ?? "").filter((one) => one !== name),
      next,
    );
    if (another !== undefined) found.push(replace("swap a reference", another));
    found.push({
      kind: "drop a brace",
      place: `${step.name} ${name}`,
      apply: ({ draft }) => {
        const changed = text.slice(0, index) + text.slice(index).replace(" }}", " }");
        stepOf(draft, step.name).inputs = JSON.parse(changed) as Record<string, unknown>;
      },
    });
  }
  return found;
}
