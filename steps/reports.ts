import { type Defined, defineStep, type Reference, type ScriptStep } from "../build/types.ts";
import { reportOutput } from "./outputs.ts";

type Report<N extends string> = Defined<ScriptStep<N, typeof reportOutput>>;

/**
 * A step that only puts out a report which an earlier step has written: so the run's page shows it under
 * the name that fits, and the text is composed in one place.
 */
export const reportStep = <const N extends string>(
  name: N,
  description: string,
  report: Reference,
): Report<N> =>
  defineStep({
    name,
    action: "aws:executeScript",
    handlerOf: "shared/echo",
    description,
    payload: { Output: report },
    outputs: reportOutput,
    permissions: {},
  } as const) as Report<N>;
