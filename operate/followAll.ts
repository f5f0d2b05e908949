import type { SSMClient } from "@aws-sdk/client-ssm";
import pc from "../common/colours.ts";
import { printable } from "../common/printable.ts";
import { printer } from "../common/printer.ts";
import { type Case, readCase } from "./case.ts";
import { follow, isFinal, isGood, type Snapshot, wentWell } from "./follow.ts";
import { interruptions } from "./interrupt.ts";
import type { Home } from "./places.ts";
import { line, result } from "./show.ts";
import { caseText, instanceText, pageLine, releaseText } from "./showCase.ts";

/** How what is seen is printed. */
export interface Output {
  /** The executions as JSON on standard output, all else on standard error. */
  readonly json: boolean;
  /** Failures with AWS's whole message, tracebacks of scripts included. */
  readonly verbose: boolean;
}

export interface Followed {
  /** Exit status: 1 where anything failed. */
  readonly status: number;
  /** The person left something running. */
  readonly left: boolean;
  /** How many executions failed. */
  readonly failed: number;
  /** The last states that were seen, in the order of the executions. */
  readonly states: readonly Ended[];
}

/** An execution with what it did to each of its instances; nothing of one that was left running. */
export type Ended = Snapshot & Partial<Pick<Case, "runs" | "unread">>;

/** What one look at an execution takes of the quota. @see https://docs.aws.amazon.com/general/latest/gr/ssm.html */
const LOOK_SECONDS = 0.4;

/**
 * Follows executions together, to the end of all or until the person leaves them.
 *
 * @param several whether they are some of several, each of which is then told in brief
 */
export async function followAll(
  client: SSMClient,
  home: Home,
  executions: readonly { readonly id: string; readonly label: string }[],
  interval: number,
  output: Output,
  several = executions.length > 1,
): Promise<Followed> {
  const say = printer(output.json);
  const interrupts = interruptions();
  const shared = broadcast(interrupts.next);
  try {
    const states = await Promise.all(
      executions.map(({ id, label }) =>
        follow({
          client,
          id,
          // Systems Manager answers three such calls a second in all.
          interval: Math.max(interval, executions.length * LOOK_SECONDS),
          // Where there are several instances, what failed is told at its verdict.
          onChange: (progress, fleet) =>
            say(
              `${several ? `${pc.dim(printable(label))} ` : ""}${line(progress, output.verbose, fleet || several)}`,
            ),
          interruption: shared,
        }),
      ),
    );
    const ended: Ended[] = [];
    for (const state of states) ended.push(await tell(state, home, output, several));
    const left = states.filter((state) => !isFinal(state.status));
    if (left.length > 0)
      say(
        resume(
          left.map(({ id }) => id),
          home.region,
        ),
      );
    const final = ended.filter((state) => isFinal(state.status));
    return {
      // A name that is mistyped must not look like a run that went well.
      status: final.every(wentWell) && !(final.length > 0 && final.every(foundNothing)) ? 0 : 1,
      left: left.length > 0,
      failed: final.filter(({ status }) => !isGood(status)).length,
      states: ended,
    };
  } finally {
    interrupts.end();
  }
}

/**
 * Prints what an execution came to, and what it did to each of its instances; nothing of one that has not ended.
 *
 * @param brief whether it is one of many: its verdict, without its whole report
 */
export async function tell(
  state: Snapshot,
  home: Home,
  output: Output,
  brief = false,
): Promise<Ended> {
  const say = printer(output.json);
  if (!isFinal(state.status)) return state;
  const found = await readCase(home, state.id);
  if (state.fleet || !brief) say(result(state, output.verbose));
  if (state.fleet) say(caseText(found, home));
  else
    for (const run of found.runs) {
      const text = brief ? instanceText(run, home) : releaseText(run, home);
      if (text !== "") say(text);
    }
  if (state.fleet || !brief) say(pc.dim(`As a page: ${pageLine(state.id, home)}`));
  return { ...state, runs: found.runs, unread: found.unread };
}

/** Whether a run over several instances has found none. */
export const foundNothing = ({ fleet, runs, unread }: Ended): boolean =>
  fleet && runs?.length === 0 && unread?.length === 0;

/** Lets several followers wait for the same Ctrl-C. */
function broadcast<T>(next: () => Promise<T>): () => Promise<T> {
  let waiting: Promise<T> | undefined;
  return () => {
    waiting ??= next().finally(() => {
      waiting = undefined;
    });
    return waiting;
  };
}

/** How to pick up executions that go on, after why they do. */
export const resume = (ids: readonly string[], region: string, why = "Left running."): string =>
  `${why} Pick it up again with:\n${ids.map((id) => `  npm run status -- ${id} --region ${region}`).join("\n")}`;
