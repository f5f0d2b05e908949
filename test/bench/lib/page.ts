/** The results as a page of docs/. */

import { scripts } from "./incident.ts";
import type { Cell, Results } from "./results.ts";
import { bound, situationText, stepSeconds } from "./results.ts";
import { told } from "./statistics.ts";

/** In how many situations the plain script of the seed's order is done before the runbook, if script steps cost seconds. */
const slowerCount = (cells: readonly Cell[]): number =>
  cells.filter(({ isolatedWithSteps, scripts: { seed } }) => {
    return isolatedWithSteps.median > seed.isolated.median;
  }).length;

/** What a wide spread says of the machine; nothing where there is none. */
function noise(cells: readonly Cell[]): string {
  const wide = cells.filter(({ isolated: { least, most, median } }) => most - least > median / 2);
  return wide.length === 0
    ? ""
    : ` In ${wide.length} of ${cells.length} situations the spread of the time to isolation is over half of its median: the machine had other work. Trust chains, calls, and the rows of slow calls first.`;
}

type Row = readonly (string | number)[];

const table = (head: readonly string[], rows: readonly Row[]): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

const boundText = Object.entries(bound)
  .map(([what, calls]) => `${what} ${calls}`)
  .join(", ");

const names = {
  seed: "the seed article's order",
  guide: "the incident response guide's order",
  orchestrator: "the forensic orchestrator's order",
} as const;

/** Markdown that `npm run bench -- --page` writes to docs/bench.md. */
export function pageOf({ machine, plan, cells, steps, fleet }: Results): string {
  const situation = ({ situation: { interfaces, member, delayMs } }: Cell): Row => [
    interfaces,
    member ? "yes" : "no",
    delayMs,
  ];
  const head = ["Interfaces", "In a group", "ms a call"];
  return `# How fast it is

Written by \`npm run bench -- --page\` on ${machine.date}, with commit ${machine.commit} and Node.js ${machine.node} on ${machine.cores} cores (${machine.processor}). The numbers are of that commit, not of later ones: each is the median of ${plan.repeats}, with the least and the most in parentheses. Compare ratios, and numbers of one run; two machines differ.${noise(cells)}

## What is simulated

Everything runs on the [emulator](../packages/automation-emulator/README.md), through the real document and real clients. Each call takes the given time on top of what the emulator itself needs (some milliseconds a call and some ten a step, which weighs at 10 ms a call and hardly at 200). Nothing is scaled: sleeps, retries and delays take their full time. On the service each script step costs seconds before and after its script; the columns "${stepSeconds} s a step" are computed, as the measured time and ${stepSeconds} s for each script step that ran${steps === undefined ? "" : `. One situation is run with such steps, to check that: ${situationText(steps.situation)} took ${steps.measured.toFixed(1)} s to isolation, ${steps.computed.toFixed(1)} s were computed`}. No number here was measured on AWS.

The bound is the fastest containment that proves itself, each part waiting for the one before: ${boundText} calls.

## Contain and Release

Isolated: from the start of the execution until the last interface is contained. Open: from the first change of an interface's groups until the last interface is contained. Chain: the longest chain of calls that wait for each other, up to the isolation; at 10 ms a call some that are made side by side do not overlap, and count.

${table(
  [
    ...[...head, "isolated, s", "over the bound", `isolated, ${stepSeconds} s a step`],
    ...["open, s", "chain", "calls", "Release, s", `Release, ${stepSeconds} s a step`],
  ],
  cells.map((cell) => [
    ...situation(cell),
    told(cell.isolated),
    told(cell.overBound),
    told(cell.isolatedWithSteps),
    told(cell.exposed, 2),
    told(cell.chain, 0),
    told(cell.calls, 0),
    told(cell.release),
    told(cell.releaseWithSteps),
  ]),
)}

## Against plain scripts

The same situations on the same emulator, by scripts that make one call after the other with boto3 (\`test/bench/baselines.py\`): ${scripts.map((script) => `**${script}**, ${names[script]}`).join("; ")}. Their time begins with their first call, when Python and boto3 are loaded; the runbook's begins with the execution. They check, record and prove less: a script of the guide's order cuts no connection, and none gives anything back. A ratio over 1 says how many times as long as the runbook a script takes. On the service a script step costs seconds, which a script on a laptop does not: with ${stepSeconds} s a step the runbook isolates later than the seed's order in ${slowerCount(cells)} of ${cells.length} situations. What it leaves open is not touched by that: opening and closing are one script.

${table(
  [...head, ...scripts.flatMap((script) => [`${script}, s`, "ratio", "open, s", "chain"])],
  cells.map((cell) => [
    ...situation(cell),
    ...scripts.flatMap((script) => {
      const { isolated, ratio, exposed, chain } = cell.scripts[script];
      return [
        told(isolated),
        told(ratio, 2),
        exposed === undefined ? "–" : told(exposed, 2),
        told(chain, 0),
      ];
    }),
  ]),
)}

## A fleet

One execution with rate control contains ${fleet[0]?.instances ?? 0} instances of one account, ${plan.fleetDelay} ms a call, held to EC2's [published token buckets](https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html), without script steps' seconds. The wall time of many at once is bound by this machine's cores, which run every script and all of AWS; calls and throttles are what carries over. Memory is that of the emulator with all its processes, pages that they share counted for each.

${table(
  ["At once", "wall time, s", "contained", "calls", "throttled", "memory, MB"],
  fleet.map((one) => [
    one.atOnce,
    one.seconds.toFixed(0),
    `${one.succeeded} of ${one.instances}`,
    one.calls,
    one.throttled,
    one.memory ?? "–",
  ]),
)}
`;
}
