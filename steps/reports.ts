import { type Defined, defineStep, type Reference, type ScriptStep } from "../build/types.ts";
import { reportOutputs } from "./events.ts";

type Report<N extends string> = Defined<ScriptStep<N, typeof reportOutputs>>;

/**
 * A step that only puts out a report which an earlier step has written: so the run's page shows it under
 * the name that fits, and the text is composed in one place.
 */
export const reportStep = <const N extends string>(
  name: N,
  description: string,
  report: { readonly Output: Reference; readonly Json: Reference },
): Report<N> =>
  defineStep({
    name,
    action: "aws:executeScript",
    handlerOf: "shared/echo",
    description,
    payload: { Output: report.Output, Json: report.Json },
    outputs: reportOutputs,
    permissions: {},
  } as const) as Report<N>;
