import type { SSMClient } from "@aws-sdk/client-ssm";
import pc from "../common/colours.ts";
import { printable } from "../common/printable.ts";
import { printer } from "../common/printer.ts";
import { type Case, readCase } from "./case.ts";
import { follow, isFinal, isGood, type Snapshot, wentWell } from "./follow.ts";
import { type Interruptions, interruptions } from "./interrupt.ts";
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
  /** The person left something running or cancelled it: nothing more is to begin. */
  readonly stopped: boolean;
  /** How many executions failed. */
  readonly failed: number;
  /** The last states that were seen, in the order of the executions. */
  readonly states: readonly Ended[];
}

/** An execution with what it did to each of its instances; nothing of one that was left running. */
export type Ended = Snapshot & Partial<Pick<Case, "runs" | "unread">>;

/** What one look at an execution takes of the quota. @see https://docs.aws.amazon.com/general/latest/gr/ssm.html */
const LOOK_SECONDS = 0.4;

export interface FollowAllOptions {
  /** Seconds between two looks. */
  readonly interval: number;
  readonly output: Output;
  /** Whether they are some of several, each of which is then told in brief; by default whether there are several here. */
  readonly several?: boolean;
  /** Is told of each that has ended, before anything is printed of that. */
  readonly onEnd?: (id: string) => void;
  readonly interrupts?: Interruptions;
}

/**
 * Follows executions together, to the end of all or until the person leaves them.
 *
 * @throws what ends the following of one: then none is followed any more
 */
export async function followAll(
  client: SSMClient,
  home: Home,
  executions: readonly { readonly id: string; readonly label: string }[],
  options: FollowAllOptions,
): Promise<Followed> {
  const { output, several = executions.length > 1, onEnd, interrupts = interruptions() } = options;
  const say = printer(output.json);
  const failing = new AbortController();
  try {
    const states = await Promise.all(
      executions.map(async ({ id, label }) => {
        const state = await follow({
          client,
          id,
          // Systems Manager answers three such calls a second in all.
          interval: Math.max(options.interval, executions.length * LOOK_SECONDS),
          // Where there are several instances, what failed is told at its verdict.
          onChange: (progress, fleet) =>
            say(
              `${several ? `${pc.dim(printable(label))} ` : ""}${line(progress, output.verbose, fleet || several)}`,
            ),
          interruption: interrupts.next,
          signal: failing.signal,
        });
        if (isFinal(state.status)) onEnd?.(id);
        return state;
      }),
    );
    interrupts.end();
    // A question may stand open that the end has overtaken: its answer also says whether more is to begin.
    const choices = await interrupts.chosen();
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
      stopped: choices.some((choice) => choice !== "continue"),
      failed: final.filter(({ status }) => !isGood(status)).length,
      states: ended,
    };
  } finally {
    interrupts.end();
    interrupts.close();
    failing.abort();
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
  // Said before more is read, which may fail.
  if (state.fleet || !brief) say(result(state, output.verbose));
  const found = await readCase(home, state.id);
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

/** How to pick up executions, after how they stand. */
export const resume = (ids: readonly string[], region: string, how = "Left running."): string =>
  `${how} Pick it up again with:\n${ids.map((id) => `  npm run status -- ${id} --region ${region}`).join("\n")}`;
