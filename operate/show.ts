import pc from "../common/colours.ts";
import { printable } from "../common/printable.ts";
import { isFinal, isGood, type Progress, type Snapshot, wentWell } from "./follow.ts";
import { isGiven } from "./outputs.ts";
import { type Place, placeName } from "./places.ts";
import { firstLine, reasonOf } from "./reason.ts";

/**
 * A step's or child's new state as a line: when, sign, name, state, how long, and why it failed.
 *
 * @param verbose whether the reason is AWS's whole message, tracebacks included
 * @param brief whether of the reason the first line alone: the whole report of a failed run is its message
 */
export function line(progress: Progress, verbose = false, brief = false): string {
  const { started, ended, status } = progress;
  const took = started && ended ? pc.dim(` ${seconds(started, ended)}`) : "";
  const why = progress.failure
    ? `\n           ${pc.red(shownReason(progress.failure, verbose, brief))}`
    : "";
  return `${pc.dim(clock(ended ?? started))} ${sign(status)} ${printable(progress.title)}  ${status}${took}${why}`;
}

/** What is about to be started, and in which account: a tag or a group names instances in whichever it is. */
export function heading(
  {
    document,
    place,
    action,
  }: { readonly document: string; readonly place: Place; readonly action: string | undefined },
  { dryRun }: { readonly dryRun: boolean },
): string {
  const mode = dryRun ? pc.green("dry run, nothing is changed") : pc.red("LIVE");
  return `${pc.bold(printable(document))} in ${placeName(place)}: ${action === undefined ? "" : `${printable(action)}, `}${mode}`;
}

/** How it ended: the state, and the outputs as the runbook gives them. */
export function result(state: Snapshot, verbose = false): string {
  const took = state.started && state.ended ? ` after ${seconds(state.started, state.ended)}` : "";
  const but = isGood(state.status) && !wentWell(state) ? pc.red(butOf(state)) : "";
  const lines = [
    `${sign(wentWell(state) ? state.status : "Failed")} ${pc.bold(state.status)}${but}${took}  ${pc.dim(`execution ${state.id}`)}`,
  ];
  // What a step's line has said is not said again.
  const said = state.steps.map(({ failure }) => failure && reasonOf(failure));
  if (state.failure && !said.some((reason) => reason && state.failure?.includes(reason)))
    lines.push(pc.red(shownReason(state.failure, verbose)));
  lines.push(...reports(state));
  return lines.join("\n");
}

/** Of an execution that ended well: what of it did not. A list of executions may lag behind the one that started them. */
function butOf({ steps, children }: Snapshot): string {
  const parts = [...steps, ...children].filter(({ status }) => !isGood(status));
  const failed = parts.filter(({ status }) => isFinal(status)).length;
  const open = parts.length - failed;
  return [
    ...(failed > 0 ? [`, but ${failed} failed`] : []),
    ...(open > 0 ? [`, but of ${open} the end is not told yet`] : []),
  ].join("");
}

/** The outputs that have a value, each under its name, as the runbook wrote them for people. */
function reports(state: Snapshot): readonly string[] {
  return Object.entries(state.outputs).flatMap(([name, values]) => {
    // The reports come as text and, for programs, as JSON with the same content.
    if (name.endsWith(".Json")) return [];
    const known = values.filter(isGiven);
    return known.length > 0 ? [pc.bold(printable(name)), ...known.map(printable)] : [];
  });
}

function shownReason(failure: string, verbose: boolean, brief = false): string {
  if (verbose) return printable(failure);
  const reason = reasonOf(failure);
  return printable(brief ? firstLine(reason) : reason);
}

function sign(status: string): string {
  if (!isFinal(status)) return pc.cyan("▸");
  return isGood(status) ? pc.green("✔") : pc.red("✖");
}

const clock = (time: Date | undefined): string => (time ?? new Date()).toISOString().slice(11, 19);

const seconds = (from: Date, to: Date): string =>
  `${((to.getTime() - from.getTime()) / 1000).toFixed(1)} s`;
