import { plainTypes } from "automation-language/types";
import { type Draft, type Mutation, misspell, pick, type Subject } from "./draft.ts";

/** Faults in the parameters: names, types, patterns and defaults. */
export function parameterMutations({ draft }: Subject, next: () => number): Mutation[] {
  const names = Object.keys(draft.parameters ?? {});
  return names.flatMap((name): Mutation[] => {
    const spec = draft.parameters?.[name] ?? {};
    const set = (
      kind: string,
      change: (copy: Record<string, unknown>) => void,
      place = name,
    ): Mutation => ({
      kind,
      place,
      apply: ({ draft: copy }: { draft: Draft }) => change(copy.parameters?.[name] ?? {}),
    });
    const type = pick(
      plainTypes.filter((one) => one !== spec.type),
      next,
    );
    return [
      {
        kind: "drop a parameter",
        place: name,
        apply: ({ draft: copy }) => {
          delete copy.parameters?.[name];
        },
      },
      {
        kind: "rename a parameter",
        place: name,
        apply: ({ draft: copy }) => {
          if (copy.parameters) copy.parameters[misspell(name, next)] = spec;
          delete copy.parameters?.[name];
        },
      },
      set("misspell a parameter's type", (copy) => {
        copy.type = misspell(String(spec.type), next);
      }),
      set(
        "swap a parameter's type",
        (copy) => {
          copy.type = type;
        },
        `${name}: ${String(spec.type)} → ${type}`,
      ),
      set("misspell a parameter's field", (copy) => {
        copy.descripton = copy.description;
        delete copy.description;
      }),
      ...(typeof spec.allowedPattern === "string"
        ? [
            set("break a pattern", (copy) => {
              copy.allowedPattern = `${spec.allowedPattern}[`;
            }),
            set("make a pattern catastrophic", (copy) => {
              copy.allowedPattern = `^([a-z]+)*$|${spec.allowedPattern}`;
            }),
          ]
        : []),
      ...(spec.default !== undefined &&
      (spec.allowedPattern !== undefined || spec.allowedValues !== undefined)
        ? [
            set("a default that its own parameter refuses", (copy) => {
              copy.default = "not like this!";
            }),
          ]
        : []),
    ];
  });
}
