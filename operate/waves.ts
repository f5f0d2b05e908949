import { randomUUID } from "node:crypto";
import {
  type SSMClient,
  StartAutomationExecutionCommand,
  type StartAutomationExecutionCommandInput,
} from "@aws-sdk/client-ssm";
import pc from "../common/colours.ts";
import type { Form } from "../common/documents.ts";
import { printable } from "../common/printable.ts";
import { Problem } from "../common/problem.ts";
import { type Ended, type FollowAllOptions, followAll, resume } from "./followAll.ts";
import { releasableFrom } from "./instanceRun.ts";
import type { Home } from "./places.ts";
import { quoted } from "./report/next.ts";
import { optionsIn, type Request, type Run } from "./request.ts";
import { releaseAll, summary } from "./showCase.ts";

/** From where a run is started and read. */
export interface Start {
  readonly client: SSMClient;
  readonly home: Home;
  readonly say: (text: string) => void;
}

/** What is started, and how it is followed. */
export interface WavesOptions extends Pick<FollowAllOptions, "interval" | "output"> {
  /** What the document takes. */
  readonly form: Form;
  readonly follow: boolean;
  readonly dryRun: boolean;
  /** The executions of which all that they contained is released. */
  readonly of?: readonly string[];
  /** By default those of the process, for each wave. */
  readonly interrupts?: FollowAllOptions["interrupts"];
}

/** An execution that was started, and what it is called here. */
interface Started {
  readonly id: string;
  readonly label: string;
}

/** What became of a wave. */
interface Wave {
  readonly status: number;
  /** Nothing more is to begin, as a person chose. */
  readonly stopped: boolean;
  readonly failed: number;
}

/**
 * Starts wave after wave and follows each to its end, until more have failed than may, or a person stops it.
 *
 * @returns exit status: 1 where anything failed, or was not begun
 */
export async function startWaves(from: Start, run: Run, options: WavesOptions): Promise<number> {
  const all: (Ended | Started)[] = [];
  try {
    const status = await eachWave(from, run, options, all);
    sayAll(all, options, from);
    return status;
  } finally {
    // A program learns what was started also where this fails.
    if (options.output.json && all.length > 0) console.log(JSON.stringify(all, null, 2));
  }
}

/** @param all gets what was started, as far as it is known how it ended */
async function eachWave(
  from: Start,
  { waves, mayFail }: Run,
  options: WavesOptions,
  all: (Ended | Started)[],
): Promise<number> {
  let status = 0;
  let failed = 0;
  for (const at of waves.keys()) {
    const ended = await startWave(from, waves, at, options, all);
    status = Math.max(status, ended.status);
    failed += ended.failed;
    if (!options.follow || (!ended.stopped && failed <= mayFail)) continue;
    const later = waves.slice(at + 1).flat();
    for (const { label } of later) from.say(`Not begun: ${printable(label)}`);
    return later.length > 0 ? 1 : status;
  }
  return status;
}

/**
 * Starts what belongs to one wave, and follows it where that is wanted. Whatever ends this command then, as expired
 * credentials or the network do, ends no execution: how to pick up those that go on is said before the error.
 */
async function startWave(
  { client, home, say }: Start,
  waves: Run["waves"],
  at: number,
  options: WavesOptions,
  all: (Ended | Started)[],
): Promise<Wave> {
  const { form, follow, interval, output, interrupts } = options;
  const wave = waves[at] ?? [];
  const started: Started[] = [];
  const over = new Set<string>();
  try {
    for (const { label, input } of wave) {
      const id = await start(client, input, form);
      say(`Started ${id}  ${pc.dim(printable(label))}`);
      started.push({ id, label });
    }
    if (follow) {
      const { states, ...ended } = await followAll(client, home, started, {
        ...{ interval, output, several: waves.flat().length > 1 },
        onEnd: (id) => over.add(id),
        ...(interrupts === undefined ? {} : { interrupts }),
      });
      all.push(...states);
      return ended;
    }
    say(resume(idsOf(started), home.region));
    all.push(...started);
    return { status: 0, stopped: false, failed: 0 };
  } catch (error) {
    all.push(...started);
    const going = started.filter(({ id }) => !over.has(id));
    const ended = started.filter(({ id }) => over.has(id));
    if (going.length > 0) say(resume(idsOf(going), home.region, "It goes on in AWS."));
    if (ended.length > 0) say(resume(idsOf(ended), home.region, "It has ended."));
    const rest = [...wave.slice(started.length), ...waves.slice(at + 1).flat()];
    sayNotBegun(rest, at === 0 && started.length === 0, { error, region: home.region, say });
    throw error;
  }
}

/**
 * What was not begun when a wave broke off. Where no answer came to a start it may have begun all the same, and a second
 * run on the same instance would come between.
 *
 * @param first whether nothing was started before: then the error tells of what is not begun
 */
function sayNotBegun(
  [next, ...others]: readonly Request[],
  first: boolean,
  {
    error,
    region,
    say,
  }: { readonly error: unknown; readonly region: string; readonly say: Start["say"] },
): void {
  if (next === undefined) return;
  const open = isUnanswered(error);
  if (open)
    say(
      `No answer came to the start of ${printable(next.label)}: it may go on in AWS. Look before you start it again:\n  ${lastStarted(next, region)}`,
    );
  if (first) return;
  if (!open) say(`Not begun, as far as is known: ${printable(next.label)}`);
  for (const { label } of others) say(`Not begun: ${printable(label)}`);
}

/** The command that lists the last executions of a request's document. */
const lastStarted = ({ input }: Request, region: string): string =>
  `aws ssm describe-automation-executions --region ${region} --max-results 5 --filters ${quoted(`Key=DocumentNamePrefix,Values=${input.DocumentName}`)}`;

/** Whether a request may have had its effect though it failed: its answer was lost, or the service failed on its way. */
function isUnanswered(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code = "", $metadata } = error as ServiceError;
  return (
    /^(ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|TimeoutError)$/.test(code || error.name) ||
    ($metadata?.httpStatusCode ?? 0) >= 500
  );
}

interface ServiceError extends Error {
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const idsOf = (started: readonly Started[]): readonly string[] => started.map(({ id }) => id);

/** What several executions came to together, and what to type next. */
function sayAll(
  all: readonly (Ended | Started)[],
  { of, dryRun }: WavesOptions,
  { home, say }: Start,
): void {
  const ended = all.filter((each): each is Ended => "runs" in each);
  const runs = ended.flatMap((each) => each.runs ?? []);
  const unread = ended.flatMap((each) => each.unread ?? []);
  if (ended.length > 1) say(pc.bold(`Together ${summary({ runs, unread })}`));
  const containing = ended.filter(({ runs: some = [] }) => some.some(releasableFrom));
  if (containing.length > 1)
    say(
      `To release them all, each with its own key:\n  ${releaseAll(
        containing.map(({ id }) => id),
        home,
      )}`,
    );
  if (of !== undefined && dryRun && ended.length > 0) say(`To do this:\n  ${releaseAll(of, home)}`);
}

/**
 * Starts one execution.
 *
 * @throws Problem that names the command's option for a parameter that the document does not take
 */
async function start(
  client: SSMClient,
  input: StartAutomationExecutionCommandInput,
  form: Form,
): Promise<string> {
  try {
    const { AutomationExecutionId: id } = await client.send(
      // The token keeps a retry, after an answer that was lost, from starting a second run on the same instance.
      new StartAutomationExecutionCommand({ ...input, ClientToken: randomUUID() }),
    );
    if (id === undefined) throw new Error("Systems Manager started an execution without an id.");
    return id;
  } catch (error) {
    if (!(error instanceof Error && error.name === "InvalidAutomationExecutionParametersException"))
      throw error;
    const options = optionsIn(error.message, form);
    if (options.length === 0 || /assume role/i.test(error.message)) throw error;
    throw new Problem(
      `The document does not take these parameters: ${error.message}`,
      `Correct ${options.join(" and ")}. What the document takes: aws ssm describe-document --name ${input.DocumentName} --query Document.Parameters.`,
      { cause: error },
    );
  }
}
