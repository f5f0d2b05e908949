import { type DraftStep, type Mutation, misspell, pick, type Subject, stepOf } from "./draft.ts";

/** Faults in scripts, in what they get, and in what their steps declare that they may do. */
export function scriptMutations({ draft, permissions }: Subject, next: () => number): Mutation[] {
  const declared = Object.entries(permissions).flatMap(([name, actions]): Mutation[] => [
    ...actions.map(
      (action): Mutation => ({
        kind: "drop a declared permission",
        place: `${name} ${action}`,
        apply: ({ permissions: copy }) => {
          copy[name] = actions.filter((one) => one !== action);
        },
      }),
    ),
    {
      kind: "declare a permission that is not needed",
      place: name,
      apply: ({ permissions: copy }) => {
        copy[name] = [...actions, "ec2:TerminateInstances"];
      },
    },
  ]);
  return [...declared, ...draft.mainSteps.flatMap((step) => inScript(step, next))];
}

function inScript(step: DraftStep, next: () => number): Mutation[] {
  const { Script: script, InputPayload: payload } = step.inputs;
  if (typeof script !== "string") return [];
  const put = (kind: string, place: string, text: string): Mutation => ({
    kind,
    place: `${step.name} ${place}`,
    apply: ({ draft }) => {
      stepOf(draft, step.name).inputs.Script = text;
    },
  });
  const change = (kind: string, regex: RegExp): Mutation[] => {
    const match = pick([...script.matchAll(regex)], next);
    if (match === undefined) return [];
    const [whole, word = ""] = match;
    const at = match.index + whole.indexOf(word);
    const wrong = misspell(word, next);
    return [
      put(kind, `${word} → ${wrong}`, script.slice(0, at) + wrong + script.slice(at + word.length)),
    ];
  };
  const lines = script.split("\n");
  const imports = lines.filter((line) => /^(import|from) /.test(line));
  const torn = Math.floor(next() * lines.length);
  const keys = Object.keys((payload ?? {}) as object);
  const read = keys.filter((key) => script.includes(`"${key}"`));
  return [
    ...change(
      "script: misspell a method",
      /\.((?:describe|get|put|list|create|delete|modify|authorize|revoke|update)_[a-z_]+)\(/g,
    ),
    ...change("script: misspell a service", /"(ec2|s3|kms|autoscaling|s3control)"/g),
    ...change(
      "script: misspell an argument",
      /\b(InstanceIds|Filters|AutoScalingGroupNames|KeyId|GroupId|Prefix)=/g,
    ),
    ...change("script: misspell a returned key", /return ?\{"(\w+)"/g),
    put(
      "script: tear a line",
      `line ${torn + 1}`,
      lines.map((line, at) => (at === torn ? `${line} (` : line)).join("\n"),
    ),
    ...imports.map((line) =>
      put("script: forget an import", line, lines.filter((one) => one !== line).join("\n")),
    ),
    put("script: let a reference in", "{{ global:REGION }}", `${script}\n# {{ global:REGION }}\n`),
    put("script: start a process", "subprocess", `import subprocess\n${script}`),
    {
      kind: "script: another handler",
      place: step.name,
      apply: ({ draft }) => {
        stepOf(draft, step.name).inputs.Handler = misspell(String(step.inputs.Handler), next);
      },
    },
    {
      kind: "script: an old runtime",
      place: step.name,
      apply: ({ draft }) => {
        stepOf(draft, step.name).inputs.Runtime = "python3.8";
      },
    },
    ...read.map((key) =>
      put(
        "script: misspell a key that is read",
        key,
        script.replaceAll(`"${key}"`, `"${misspell(key, next)}"`),
      ),
    ),
    ...keys.flatMap((key): Mutation[] => [
      {
        kind: "drop a key of InputPayload",
        place: `${step.name} ${key}`,
        apply: ({ draft }) => {
          delete (stepOf(draft, step.name).inputs.InputPayload as Record<string, unknown>)[key];
        },
      },
      {
        kind: "rename a key of InputPayload",
        place: `${step.name} ${key}`,
        apply: ({ draft }) => {
          const copy = stepOf(draft, step.name).inputs.InputPayload as Record<string, unknown>;
          copy[misspell(key, next)] = copy[key];
          delete copy[key];
        },
      },
    ]),
  ];
}
