/** What the long form is made of: independent trials, each of which gives what it found. */
import type { Lab } from "./lab.ts";

export const sections = [
  "faults",
  "crashes",
  "races",
  "hostile input",
  "least privilege",
  "no drift",
] as const;
export type Section = (typeof sections)[number];

export interface Job {
  readonly section: Section;
  /** Names the trial, the same in each run of the long form. */
  readonly id: string;
  run(lab: Lab): Promise<Finding>;
}

export interface Finding {
  /** What should not be; empty for a trial that went well. */
  readonly violations: readonly string[];
  /** For the summary: how the run ended, and such. */
  readonly facts: Readonly<Record<string, string | number | boolean>>;
}
