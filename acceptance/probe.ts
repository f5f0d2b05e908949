import { type AssumptionId, assumptions } from "automation-emulator/assumptions";
import type { Need } from "./needs.ts";
import type { Run } from "./run.ts";

/**
 * How an answer stands beside what was expected: the same, or other; a measure, which nobody expected; or nothing, as
 * it can't be seen there.
 */
export type Outcome = "same" | "differs" | "measured" | "unseen";

/** What AWS did. */
export interface Observation {
  readonly outcome: Outcome;
  /** In a few words. */
  readonly saw: string;
  /** The same for programs. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** A question that only an account can answer, and how to ask it. */
export interface Probe {
  /** Of the emulator's assumption where it is about one. */
  readonly id: string;
  readonly question: string;
  /** What the emulator does, or what the runbook promises. */
  readonly expected: string;
  /** Whether it is a promise of the runbook: to break it is a failure, no finding. */
  readonly promised?: true;
  /** What has to be made for it. */
  readonly needs: readonly Need[];
  /** At most so many steps and seconds of scripts, which AWS counts. */
  readonly costs: { readonly steps: number; readonly scriptSeconds: number };
  /** @throws anything that keeps it from an answer; the other probes go on */
  readonly run: (run: Run) => Promise<Observation>;
}

/** What a probe of one of the emulator's assumptions has from there. */
export const about = (id: AssumptionId): Pick<Probe, "id" | "question" | "expected"> => ({
  id,
  question: assumptions[id].question,
  expected: assumptions[id].engine,
});

/** The same, where it is so; else other. */
export const compared = (
  isSame: boolean,
  saw: string,
  data: Readonly<Record<string, unknown>> = {},
): Observation => ({ outcome: isSame ? "same" : "differs", saw, data });

export const unseen = (why: string): Observation => ({
  outcome: "unseen",
  saw: `not observable here: ${why}`,
});
