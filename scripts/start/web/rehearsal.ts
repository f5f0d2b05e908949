import { StartAutomationExecutionCommand } from "@aws-sdk/client-ssm";
import type { Emulator } from "automation-emulator";
import type { Compiled } from "../../../document/compile.ts";
import { documentName } from "../../../document/runbook.ts";
import { isFinal } from "../../../operate/follow.ts";
import { homeWith } from "../../../operate/places.ts";
import {
  networkPicture,
  readNetwork,
  readRecord,
  readReport,
  reportPage,
  verdictOf,
} from "../../../operate/report/index.ts";
import { makeAccount, type RehearsalAccount } from "../account.ts";
import { chartElement } from "./chart.ts";
import { arm, type FaultChoice, faultChoices } from "./faults.ts";
import { type Field, fieldsOf } from "./fields.ts";

/** What the page shows before anything is run. */
export interface Beginning {
  readonly document: string;
  readonly instanceId: string;
  readonly fields: readonly Field[];
  /** The flow chart, an SVG element. */
  readonly chart: string;
  readonly faults: readonly FaultChoice[];
}

/** The account as it is now. */
export interface Now {
  /** The picture of the instance's network, as HTML. */
  readonly network: string;
  /** The names of the faults that are up. */
  readonly faults: readonly string[];
  /** The executions since the beginning, the last one first. */
  readonly executions: readonly string[];
}

/** An execution as it stands. */
export interface Run {
  readonly id: string;
  readonly status: string;
  readonly ended: boolean;
  readonly action: string;
  readonly dryRun: boolean;
  readonly headline: string;
  readonly meaning: string;
  readonly tone: string;
  readonly steps: readonly { readonly name: string; readonly status: string }[];
  /** The key of the backup that it made; empty where it made none. */
  readonly backupKey: string;
}

/** Started, or refused by the service in its own words, with the parameters that these are about. */
export type Started =
  | { readonly id: string }
  | { readonly refused: string; readonly parameters: readonly string[] };

/** The account that a team rehearses in, and all that its page can ask of it. */
export interface Rehearsal {
  beginning(): Promise<Beginning>;
  now(): Promise<Now>;
  start(parameters: Readonly<Record<string, readonly string[]>>): Promise<Started>;
  run(id: string): Promise<Run>;
  /** The report of an execution, an HTML page. */
  report(id: string): Promise<string>;
  /** Puts up these faults (faults.ts) and no others. */
  setFaults(names: readonly string[]): void;
  /** Makes the account as it was at the beginning; executions are forgotten. */
  reset(): Promise<void>;
}

export async function createRehearsal(
  emulator: Emulator,
  accountId: string,
  region: string,
  compiled: Compiled,
): Promise<Rehearsal> {
  const make = (): Promise<RehearsalAccount> => makeAccount(emulator, accountId, region, compiled);
  const chart = await chartElement(compiled.yaml);
  const names = fieldsOf(compiled.yaml, {}).map(({ name }) => name);
  let account = await make();
  let faults: readonly string[] = [];
  let executions: readonly string[] = [];
  return {
    beginning: async () => ({
      document: documentName,
      instanceId: account.instanceId,
      fields: fieldsOf(compiled.yaml, known(account)),
      chart,
      faults: faultChoices,
    }),
    now: async () => {
      const { interfaces = [], read } = await readNetwork(account.ec2, account.instanceId);
      const source = `Instance ${account.instanceId}, as EC2 describes it at ${read.toISOString().slice(11, 19)} UTC.`;
      return {
        network: networkPicture({ title: "The network now", when: "now", source, interfaces }),
        faults,
        executions,
      };
    },
    start: async (parameters) => {
      arm(emulator, faults);
      const started = await start(account, parameters, names);
      if ("id" in started) executions = [started.id, ...executions];
      return started;
    },
    run: (id) => readRun(account, id),
    report: async (id) => reportPage(await readReport(homeWith(account, region), id)),
    setFaults: (names) => {
      faults = names;
      arm(emulator, names);
    },
    reset: async () => {
      await emulator.reset();
      faults = [];
      executions = [];
      account = await make();
    },
  };
}

const known = ({ instanceId, bucket, role }: RehearsalAccount) => ({
  InstanceId: instanceId,
  S3BucketName: bucket,
  AutomationAssumeRole: role,
});

async function start(
  { ssm }: RehearsalAccount,
  parameters: Readonly<Record<string, readonly string[]>>,
  names: readonly string[],
): Promise<Started> {
  try {
    const { AutomationExecutionId: id = "" } = await ssm.send(
      new StartAutomationExecutionCommand({
        DocumentName: documentName,
        Parameters: Object.fromEntries(
          Object.entries(parameters).map(([name, values]) => [name, [...values]]),
        ),
      }),
    );
    return { id };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    // What follows is the value that was given, in which any name may stand.
    const [about = ""] = error.message.split(" has the value ");
    const words = new Set(about.match(/\w+/g));
    return { refused: error.message, parameters: names.filter((name) => words.has(name)) };
  }
}

/** Whether the service said no to the request, rather than not answering. */
const isRefusal = (error: unknown): error is Error =>
  error instanceof Error && "$fault" in error && error.$fault === "client";

async function readRun({ ssm }: RehearsalAccount, id: string): Promise<Run> {
  const record = await readRecord(ssm, id);
  const { headline, meaning, tone } = verdictOf(record);
  return {
    id,
    status: record.status,
    ended: isFinal(record.status),
    action: record.action,
    dryRun: record.dryRun,
    headline,
    meaning,
    tone,
    steps: record.steps.map(({ name, status }) => ({ name, status })),
    backupKey: record.dryRun ? "" : (record.backup?.key ?? ""),
  };
}
