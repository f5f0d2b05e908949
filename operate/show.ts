import pc from "picocolors";
import { table } from "../common/table.ts";
import { isFinal, isGood, type Progress, type Snapshot, wentWell } from "./follow.ts";

/** A step's or child's new state as a line: when, sign, name, state, how long, and why it failed. */
export function line(progress: Progress): string {
  const { started, ended, status } = progress;
  const took = started && ended ? pc.dim(` ${seconds(started, ended)}`) : "";
  const why = progress.failure ? `\n           ${pc.red(progress.failure)}` : "";
  return `${pc.dim(clock(ended ?? started))} ${sign(status)} ${progress.title}  ${status}${took}${why}`;
}

/** How it ended: the state, the outputs as the runbook gives them, and the instances of a fleet as a table. */
export function result(state: Snapshot): string {
  const took = state.started && state.ended ? ` after ${seconds(state.started, state.ended)}` : "";
  const failed = [...state.steps, ...state.children].filter(({ status }) => !isGood(status)).length;
  const but = isGood(state.status) && !wentWell(state) ? pc.red(`, but ${failed} failed`) : "";
  const lines = [
    `${sign(wentWell(state) ? state.status : "Failed")} ${pc.bold(state.status)}${but}${took}  ${pc.dim(`execution ${state.id}`)}`,
  ];
  if (state.failure) lines.push(pc.red(state.failure));
  for (const [name, values] of Object.entries(state.outputs)) {
    // The reports come as text and, for programs, as JSON with the same content.
    if (name.endsWith(".Json")) continue;
    const known = values.filter((value) => value !== "" && !/^No output available yet/.test(value));
    if (known.length > 0) lines.push(pc.bold(name), ...known);
  }
  if (state.children.length > 0) {
    const rows = table(["Target", "State", "Why"], [64, 14, 60]);
    for (const child of state.children) rows.push([child.title, child.status, child.failure ?? ""]);
    lines.push(rows.toString());
  }
  return lines.join("\n");
}

function sign(status: string): string {
  if (!isFinal(status)) return pc.cyan("▸");
  return isGood(status) ? pc.green("✔") : pc.red("✖");
}

const clock = (time: Date | undefined): string => (time ?? new Date()).toISOString().slice(11, 19);

const seconds = (from: Date, to: Date): string =>
  `${((to.getTime() - from.getTime()) / 1000).toFixed(1)} s`;
