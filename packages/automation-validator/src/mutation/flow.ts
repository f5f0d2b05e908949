import { type Draft, type Mutation, misspell, pick, type Subject, stepOf } from "./draft.ts";

interface DraftChoice {
  NextStep: string;
  [key: string]: unknown;
}

const choicesIn = (draft: Draft, name: string): DraftChoice[] =>
  (stepOf(draft, name).inputs.Choices ?? []) as DraftChoice[];

/** Faults in the order of the steps: dropped steps, jumps to the wrong place, ends that are not there. */
export function flowMutations({ draft }: Subject, next: () => number): Mutation[] {
  const names = draft.mainSteps.map(({ name }) => name);
  const other = (...than: (string | undefined)[]) =>
    pick(
      names.filter((name) => !than.includes(name)),
      next,
    ) ?? "nowhere";
  return draft.mainSteps.flatMap((step, at): Mutation[] => {
    const { name } = step;
    const following = names[at + 1];
    const found: Mutation[] = [
      {
        kind: "drop a step",
        place: name,
        apply: ({ draft: copy }) => copy.mainSteps.splice(at, 1),
      },
      {
        kind: "rename a step",
        place: name,
        apply: ({ draft: copy }) => {
          stepOf(copy, name).name = misspell(name, next);
        },
      },
      {
        kind: "duplicate a step",
        place: name,
        apply: ({ draft: copy }) =>
          copy.mainSteps.splice(at, 0, structuredClone(stepOf(copy, name))),
      },
      {
        kind: "misspell an action",
        place: name,
        apply: ({ draft: copy }) => {
          stepOf(copy, name).action = misspell(step.action, next);
        },
      },
    ];
    if (step.nextStep !== undefined) {
      const target = other(step.nextStep, name);
      found.push(
        {
          kind: "lead nextStep elsewhere",
          place: `${name} → ${target}`,
          apply: ({ draft: copy }) => {
            stepOf(copy, name).nextStep = target;
          },
        },
        {
          kind: "end at a step that goes on",
          place: name,
          apply: ({ draft: copy }) => {
            delete stepOf(copy, name).nextStep;
            stepOf(copy, name).isEnd = true;
          },
        },
      );
      // Without its nextStep the step before still falls into the step that follows it.
      if (step.nextStep !== following)
        found.push({
          kind: "drop nextStep",
          place: name,
          apply: ({ draft: copy }) => {
            delete stepOf(copy, name).nextStep;
          },
        });
    }
    if (step.isEnd && following !== undefined)
      found.push({
        kind: "drop isEnd",
        place: name,
        apply: ({ draft: copy }) => {
          delete stepOf(copy, name).isEnd;
        },
      });
    for (const key of ["onFailure", "onCancel"] as const) {
      if (step[key] === undefined) continue;
      const target = other(name, step[key]?.replace("step:", ""));
      found.push(
        {
          kind: `misspell ${key}`,
          place: name,
          apply: ({ draft: copy }) => {
            stepOf(copy, name)[key] =
              `step:${misspell(step[key]?.replace("step:", "") ?? "", next)}`;
          },
        },
        {
          kind: `lead ${key} elsewhere`,
          place: `${name} → ${target}`,
          apply: ({ draft: copy }) => {
            stepOf(copy, name)[key] = `step:${target}`;
          },
        },
      );
    }
    return [...found, ...branchMutations(draft, name, other)];
  });
}

function branchMutations(
  draft: Draft,
  name: string,
  other: (...than: (string | undefined)[]) => string,
): Mutation[] {
  const { inputs, action } = stepOf(draft, name);
  if (action !== "aws:branch") return [];
  const otherwise = inputs.Default;
  const choices = choicesIn(draft, name);
  const found: Mutation[] = choices.flatMap((choice, at): Mutation[] => [
    {
      kind: "break a branch: drop a choice",
      place: `${name} ${at}`,
      apply: ({ draft: copy }) => choicesIn(copy, name).splice(at, 1),
    },
    {
      kind: "break a branch: lead a choice elsewhere",
      place: `${name} ${at}`,
      apply: ({ draft: copy }) => {
        const one = choicesIn(copy, name)[at];
        if (one) one.NextStep = other(name, choice.NextStep);
      },
    },
    {
      kind: "break a branch: repeat a choice",
      place: `${name} ${at}`,
      apply: ({ draft: copy }) => choicesIn(copy, name).push(structuredClone(choice)),
    },
    ...(["StringEquals", "BooleanEquals"] as const).flatMap((key): Mutation[] =>
      JSON.stringify(choice).includes(`"${key}"`)
        ? [
            {
              kind: "break a branch: another operator or value",
              place: `${name} ${at} ${key}`,
              apply: ({ draft: copy }) => {
                const text = JSON.stringify(choicesIn(copy, name)[at]);
                const changed =
                  key === "StringEquals"
                    ? text.replace(/"StringEquals":"([^"]+)"/, '"StringEquals":"$1x"')
                    : text.replace('"BooleanEquals"', '"NumericEquals"');
                choicesIn(copy, name)[at] = JSON.parse(changed) as DraftChoice;
              },
            },
          ]
        : [],
    ),
  ]);
  if (typeof otherwise === "string")
    found.push(
      {
        kind: "break a branch: lead Default elsewhere",
        place: name,
        apply: ({ draft: copy }) => {
          stepOf(copy, name).inputs.Default = other(name, otherwise);
        },
      },
      {
        kind: "break a branch: drop Default",
        place: name,
        apply: ({ draft: copy }) => {
          delete stepOf(copy, name).inputs.Default;
        },
      },
    );
  return found;
}
