/** The page that says what was tried and what was found. */
import { type Job, sections } from "../lib/jobs.ts";
import type { Result, Results } from "./results.ts";

export interface Summary {
  readonly text: string;
  readonly violations: number;
}

/** The summary as Markdown. */
export function summaryOf(jobs: readonly Job[], results: Results, seconds: number): Summary {
  const done = jobs.flatMap(({ id }) => results.all.get(id) ?? []);
  const bad = done.filter(({ violations }) => violations.length > 0);
  const rows = sections.map((section) => {
    const [all, mine] = [jobs, done].map(
      (list) => list.filter((one) => one.section === section).length,
    );
    const wrong = bad.filter((one) => one.section === section).length;
    return `| ${section} | ${all} | ${mine} | ${wrong} |`;
  });
  const count = (test: (result: Result) => boolean): number => done.filter(test).length;
  const fact = (name: string, value: string | boolean): number =>
    count(({ facts }) => facts[name] === value);
  const ends = ["Success", "Failed", "Cancelled", "TimedOut"]
    .map((status) => `${fact("status", status)} ${status}`)
    .join(", ");
  const sum = (name: string): number =>
    done.reduce((total, { facts }) => total + Number(facts[name] ?? 0), 0);
  const text = [
    "# Safety of the runbook",
    "",
    `Seed ${results.seed}; ${done.length} of ${jobs.length} trials done, ${Math.round(seconds)} s in this run, ${Math.round(done.reduce((total, one) => total + one.seconds, 0))} s of trials in all.`,
    "",
    "| what | trials | done | with violations |",
    "| --- | ---: | ---: | ---: |",
    ...rows,
    `| **all** | ${jobs.length} | ${done.length} | ${bad.length} |`,
    "",
    `- Scenarios: ${new Set(done.map(({ facts }) => facts.scenario).filter(Boolean)).size}; distinct calls that met a fault: ${new Set(done.filter(({ facts }) => facts.met === true).map(({ facts }) => facts.call)).size}.`,
    `- Faults and crashes that a call met: ${fact("met", true)}; that no call met, as the run took another way: ${fact("met", false)}.`,
    `- Runs that met one ended: ${ends}.`,
    `- Recoveries (Contain and Release, or Release) run: ${fact("recovery", "run")}; from the same state as one before: ${fact("recovery", "from the same state before")}; nothing had changed: ${fact("recovery", "nothing had changed")}.`,
    `- Killed or throttled for good while open, so that nothing of the runbook could close the interfaces, and closed by the next run: ${fact("leftOpen", true)}.`,
    `- Random accounts: ${fact("account", true)}, with ${sum("interfaces")} interfaces and ${sum("groups")} groups.`,
    "",
    ...(bad.length === 0 ? ["No violations."] : ["## Violations", ""]),
    ...bad.flatMap(({ id, violations }) => [
      `### ${id}`,
      "",
      ...violations.map((violation) => `- ${violation.replace(/\s+/g, " ").slice(0, 600)}`),
      "",
    ]),
  ].join("\n");
  return { text: `${text}\n`, violations: bad.length };
}
