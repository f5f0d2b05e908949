/** Misspelt keys: one slip each, after which the document can be read as it was meant. */
import { actions } from "./actions.ts";
import type { Path } from "./place.ts";
import { knownKeys } from "./schema.ts";
import { nearest } from "./suggest.ts";
import { isRecord } from "./values.ts";

export interface Renamed {
  /** Where the key stands, as it is written. */
  readonly path: Path;
  readonly written: string;
  readonly known: string;
}

/** A parsed document with the keys of its parameters, steps, inputs and outputs spelt as AWS does, and those that were not. */
export function withKnownKeys(value: unknown): { value: unknown; renamed: readonly Renamed[] } {
  const renamed: Renamed[] = [];
  const spell = (map: unknown, known: readonly string[], path: Path, letters?: 0): unknown => {
    if (!isRecord(map)) return map;
    return Object.fromEntries(
      Object.entries(map).map(([key, part]) => {
        const other = known.includes(key) ? undefined : nearest(key, known, letters);
        if (other === undefined || Object.hasOwn(map, other)) return [key, part];
        renamed.push({ path: [...path, key], written: key, known: other });
        return [other, part];
      }),
    );
  };
  const each = (
    map: unknown,
    path: Path,
    change: (part: unknown, path: Path) => unknown,
  ): unknown =>
    Array.isArray(map)
      ? map.map((part, at) => change(part, [...path, at]))
      : isRecord(map)
        ? Object.fromEntries(
            Object.entries(map).map(([key, part]) => [key, change(part, [...path, key])]),
          )
        : map;
  const parameter = (spec: unknown, path: Path) => spell(spec, knownKeys.parameter, path);
  const steps = (list: unknown, path: Path): unknown =>
    each(list, path, (one, place) => {
      const step = spell(one, knownKeys.step, place);
      if (!isRecord(step)) return step;
      const action = actions[String(step.action)];
      // Beyond their own, some actions take the inputs of an operation, of which one may be near.
      const letters = action?.passesInputs ? 0 : undefined;
      const known = Object.keys(action?.inputs ?? {});
      const given = spell(step.inputs, known, [...place, "inputs"], letters);
      const inputs =
        step.action === "aws:loop" && isRecord(given)
          ? { ...given, Steps: steps(given.Steps, [...place, "inputs", "Steps"]) }
          : given;
      const outputs = each(step.outputs, [...place, "outputs"], (output, at) =>
        spell(output, knownKeys.output, at),
      );
      return {
        ...step,
        ...("inputs" in step && { inputs }),
        ...("outputs" in step && { outputs }),
      };
    });
  const whole = spell(value, knownKeys.document, []);
  if (!isRecord(whole)) return { value: whole, renamed };
  const parts = {
    parameters: each(whole.parameters, ["parameters"], parameter),
    variables: each(whole.variables, ["variables"], parameter),
    mainSteps: steps(whole.mainSteps, ["mainSteps"]),
  };
  const there = Object.entries(parts).filter(([key]) => key in whole);
  return { value: { ...whole, ...Object.fromEntries(there) }, renamed };
}
