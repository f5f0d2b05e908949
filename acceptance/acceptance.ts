import { inProject } from "../build/root.ts";
import { agree } from "../common/ask.ts";
import pc from "../common/colours.ts";
import { regionsOf } from "../common/config.ts";
import { loadDocument } from "../common/document.ts";
import { explain } from "../common/explain.ts";
import { callerAccount } from "../common/preflight.ts";
import { printable } from "../common/printable.ts";
import { printer } from "../common/printer.ts";
import { Problem } from "../common/problem.ts";
import { writeText } from "../common/write.ts";
import { productionSigns, readFacts } from "./account.ts";
import { clean, type Left } from "./clean.ts";
import { findMade, runsThatLeft } from "./find.ts";
import { NEEDS, type Need } from "./needs.ts";
import { callerPolicy } from "./policy.ts";
import { cents, costsOf, PRICES } from "./prices.ts";
import type { Probe } from "./probe.ts";
import { probes as allProbes } from "./probes/index.ts";
import { createRegistry, type Made } from "./registry.ts";
import { clientsIn, type Run, startRun, type Target } from "./run.ts";
import { newRunId } from "./runId.ts";
import { markdown, type Result, type Row, shown } from "./show.ts";
import { stopSignal } from "./stop.ts";

export interface AcceptanceOptions {
  readonly region?: string;
  /** The account that the person means; typed, so that no other is taken by mistake. */
  readonly account?: string;
  /** Ids of the probes to run; all, where none is named. */
  readonly probe: readonly string[];
  /** Remove what a run left, by its id; true: list the runs that left something. */
  readonly clean?: string | true;
  readonly policy: boolean;
  /** Seconds between two looks. */
  readonly interval: number;
  readonly yes: boolean;
  readonly json: boolean;
}

type Say = (text: string) => void;

/**
 * `npm run acceptance`: makes a small network and instances in a sandbox account, runs the probes, removes all it made,
 * and shows what AWS did beside what was expected.
 *
 * @returns exit status: 0 where every probe had an answer, the runbook kept its promises and nothing is left; 130 after
 *   Ctrl-C; else 1
 */
export async function acceptance(options: AcceptanceOptions): Promise<number> {
  const [region] = regionsOf({ regions: options.region === undefined ? [] : [options.region] });
  if (options.policy) {
    console.log(JSON.stringify(callerPolicy(needAccount(options.account), region), null, 2));
    return 0;
  }
  const say = printer(options.json);
  const probes = chosen(options.probe);
  const target = await targetOf(options, region);
  if (options.clean === true) return listRuns(target, options, say);
  if (options.clean !== undefined) return cleanRun(target, options.clean, options, say);
  const facts = await readFacts(target);
  const signs = productionSigns(facts);
  if (signs.length > 0)
    throw new Problem(
      `Account ${target.account} does not look like a sandbox: ${signs.join("; ")}. Nothing was made.`,
      "Use an account, or at least a Region, that nothing depends on. There is no option that overrides this.",
    );
  const id = newRunId(new Date());
  say(plan(target, id, probes, facts.unseen));
  if (!(await agree("Make all this, and remove it afterwards?", options.yes))) {
    say("Nothing was made.");
    return 1;
  }
  return runAndClean(target, id, probes, options, say);
}

function needAccount(account: string | undefined): string {
  if (account !== undefined) return account;
  throw new Problem(
    "No account is named.",
    "Give the id of the sandbox account that you mean, as in --account 111122223333.",
  );
}

/** The account, if the credentials are of the one that was typed. */
async function targetOf({ account }: AcceptanceOptions, region: string): Promise<Target> {
  const meant = needAccount(account);
  const own = await callerAccount(region);
  if (own !== meant)
    throw new Problem(
      `The credentials are of account ${own}, and --account says ${meant}. Nothing was made.`,
      "Set AWS_PROFILE to a profile of the sandbox account, or correct --account.",
    );
  return { account: own, region, clients: clientsIn(region) };
}

function chosen(ids: readonly string[]): readonly Probe[] {
  if (ids.length === 0) return allProbes;
  const unknown = ids.filter((id) => !allProbes.some((probe) => probe.id === id));
  if (unknown.length > 0)
    throw new Problem(
      `There is no probe ${unknown.join(", ")}.`,
      `Name some of ${allProbes.map(({ id }) => id).join(", ")}; or none for all.`,
    );
  return allProbes.filter(({ id }) => ids.includes(id));
}

const needsOf = (probes: readonly Probe[]): readonly Need[] =>
  (Object.keys(NEEDS) as Need[]).filter((need) => probes.some(({ needs }) => needs.includes(need)));

/** What is going to be made, and what it costs. */
function plan(
  { account, region }: Target,
  id: string,
  probes: readonly Probe[],
  unseen: readonly string[],
): string {
  const needs = needsOf(probes);
  const costs = costsOf(probes, needs, region);
  return [
    pc.bold(`Account ${account}, ${region}: ${probes.length} probes, run ${id}`),
    "It makes, and removes again:",
    ...needs.map((need) => `  ${NEEDS[need]}`),
    `  Automation documents named contain-acceptance-${id}-…, and their executions, which AWS keeps for 30 days`,
    ...costs.map(({ what, dollars }) => `  ${pc.dim(`${what}: $${dollars.toFixed(3)}`)}`),
    `It costs at most ${pc.bold(`${cents(costs)} US cents`)} (prices of ${PRICES.date}, no free tier), and takes about 20 minutes.`,
    ...unseen.map((what) => `${pc.yellow("!")} You may not see ${what}: it was not checked.`),
    `If this is killed: ${cleanLine(account, region, id)}`,
  ].join("\n");
}

/** Tells what is being removed: on AWS it takes minutes. Most executions have ended by then. */
const told =
  (say: Say) =>
  ({ kind, id }: Made): void => {
    if (kind !== "execution") say(pc.dim(`  ${kind} ${id}`));
  };

const cleanLine = (account: string, region: string, id: string): string =>
  `npm run acceptance -- --clean ${id} --account ${account} --region ${region}`;

async function runAndClean(
  target: Target,
  id: string,
  probes: readonly Probe[],
  { interval, json }: AcceptanceOptions,
  say: Say,
): Promise<number> {
  const stop = stopSignal(() => say(`Stopped. Removing what was made; please wait.`));
  const registry = createRegistry(stop.signal);
  const run = startRun(target, { id, registry, signal: stop.signal, interval });
  try {
    const rows = await runAll(run, probes, say);
    say("Removing what was made.");
    const left = await clean(target, run, registry.all(), told(say));
    const result = resultOf(run, rows, left);
    say(shown(result));
    write(result, say);
    sayLeft(left, target, id, say);
    if (json) console.log(JSON.stringify(result, null, 2));
    if (stop.signal.aborted) return 130;
    return left.length === 0 && rows.every(isGood(probes)) ? 0 : 1;
  } finally {
    stop.end();
  }
}

const isGood =
  (probes: readonly Probe[]) =>
  ({ id, outcome }: Row): boolean =>
    outcome === "differs"
      ? probes.find((probe) => probe.id === id)?.promised !== true
      : outcome !== "failed" && outcome !== "not run";

/** Each probe after the other; what keeps one from an answer keeps not the others. */
async function runAll(run: Run, probes: readonly Probe[], say: Say): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const probe of probes) {
    const { id, question, expected } = probe;
    say(pc.dim(`  ${id}`));
    const seen = run.signal.aborted
      ? ({ outcome: "not run", saw: "stopped before" } as const)
      : await probe
          .run(run)
          .catch((error: unknown) =>
            run.signal.aborted
              ? ({ outcome: "not run", saw: "stopped" } as const)
              : ({ outcome: "failed", saw: reason(error) } as const),
          );
    rows.push({ id, question, expected, data: {}, ...seen });
  }
  return rows;
}

function reason(error: unknown): string {
  const known = explain(error);
  return known instanceof Error ? known.message : String(known);
}

function resultOf(run: Run, rows: readonly Row[], left: readonly Left[]): Result {
  const ran = rows.some(({ id }) => id.startsWith("runbook-"));
  return {
    run: run.id,
    date: new Date().toISOString().slice(0, 10),
    where: process.env.AWS_ENDPOINT_URL === undefined ? "AWS" : "the emulator",
    region: run.region,
    runbook: ran ? loadDocument().hash : "",
    rows,
    left: left.map(({ kind, id, why }) => `${kind} ${id}: ${why}`),
  };
}

/** Writes the result below dist/, as Markdown and JSON. */
function write(result: Result, say: Say): void {
  const path = (ending: string): string =>
    inProject("dist", "acceptance", `${result.run}.${ending}`);
  writeText(path("md"), markdown(result));
  writeText(path("json"), `${JSON.stringify(result, null, 2)}\n`);
  say(`Written to dist/acceptance/${result.run}.md and .json; they name no account.`);
}

function sayLeft(left: readonly Left[], { account, region }: Target, id: string, say: Say): void {
  if (left.length === 0) {
    say("All that was made is removed.");
    return;
  }
  for (const { kind, id: name, why } of left)
    say(`${pc.red("✖")} ${kind} ${name} is left: ${printable(why)}`);
  say(`To remove it: ${cleanLine(account, region, id)}`);
}

/** `--clean ID`. */
async function cleanRun(
  target: Target,
  id: string,
  { interval, yes, json }: AcceptanceOptions,
  say: Say,
): Promise<number> {
  const found = await findMade(target.clients, id);
  if (found.length === 0) {
    say(`Run ${id} has left nothing in account ${target.account}, ${target.region}.`);
    if (json) console.log(JSON.stringify({ removed: [], left: [] }, null, 2));
    return 0;
  }
  say(pc.bold(`Run ${id} has left in account ${target.account}, ${target.region}:`));
  for (const made of found) say(`  ${made.kind} ${made.id}`);
  if (!(await agree("Remove it?", yes))) {
    say("Nothing was removed.");
    return 1;
  }
  const left = await clean(target, { id, interval }, found, told(say));
  sayLeft(left, target, id, say);
  if (json) console.log(JSON.stringify({ removed: found, left }, null, 2));
  return left.length === 0 ? 0 : 1;
}

/** `--clean` without an id. */
async function listRuns(
  { clients, account, region }: Target,
  { json }: AcceptanceOptions,
  say: Say,
): Promise<number> {
  const ids = await runsThatLeft(clients);
  say(
    ids.length === 0
      ? `No run has left anything in account ${account}, ${region}.`
      : `Runs that have left something in account ${account}, ${region}:`,
  );
  for (const id of ids) say(`  ${cleanLine(account, region, id)}`);
  if (json) console.log(JSON.stringify(ids, null, 2));
  return 0;
}
