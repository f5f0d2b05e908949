import type { StepExecution } from "@aws-sdk/client-ssm";
import { about, type Probe } from "../probe.ts";
import { runProbe } from "../resources/executions.ts";

/** Seconds of a step before and after its script, which does nothing but read the clock; by the clocks of AWS. */
function around({ ExecutionStartTime, ExecutionEndTime, Outputs }: StepExecution) {
  const [start, end] = [ExecutionStartTime, ExecutionEndTime].map(
    (time) => (time?.getTime() ?? Number.NaN) / 1000,
  ) as [number, number];
  const now = Number(Outputs?.Now?.[0]);
  return { before: now - start, after: end - now, whole: end - start };
}

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

export const scriptStepCost: Probe = {
  ...about("script-step-cost"),
  needs: [],
  costs: { steps: 3, scriptSeconds: 1 },
  run: async (run) => {
    const { steps, status } = await runProbe(run, "clock");
    if (steps.length === 0 || status !== "Success") throw new Error(`The scripts ended ${status}.`);
    const each = steps.map(around);
    const [before, after, whole] = (["before", "after", "whole"] as const).map((part) =>
      mean(each.map((one) => one[part])),
    ) as [number, number, number];
    // The emulator's own clock goes faster than its scripts'.
    const split =
      before >= 0 && after >= 0
        ? `: ${before.toFixed(1)} s before the script, ${after.toFixed(1)} s after it`
        : "";
    return {
      outcome: "measured",
      saw: `${whole.toFixed(1)} s a step${split}`,
      data: { steps: each },
    };
  },
};
