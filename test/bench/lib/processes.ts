/** The processes of this machine, as /proc shows them. */
import { readdirSync, readFileSync } from "node:fs";

export interface Process {
  readonly pid: number;
  readonly parent: number;
  /** The command line, its parts by blanks. */
  readonly command: string;
  /** Resident memory; a page that two processes share counts in both. */
  readonly megabytes: number;
}

/** A process and its descendants; undefined where there is no /proc. */
export function familyOf(pid: number): readonly Process[] | undefined {
  const all = readAll();
  if (all === undefined) return undefined;
  const isOwn = ({ pid: own, parent }: Process): boolean => {
    if (own === pid) return true;
    const above = all.get(parent);
    return above !== undefined && parent > 1 && isOwn(above);
  };
  return [...all.values()].filter(isOwn);
}

function readAll(): ReadonlyMap<number, Process> | undefined {
  let names: readonly string[];
  try {
    names = readdirSync("/proc").filter((entry) => /^\d+$/.test(entry));
  } catch {
    return undefined;
  }
  return new Map(
    names.flatMap((name) => {
      const process = readOne(Number(name));
      return process === undefined ? [] : [[process.pid, process] as const];
    }),
  );
}

/** Undefined for one that has ended meanwhile. */
function readOne(pid: number): Process | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const of = (field: string): number =>
      Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    return { pid, parent: of("PPid"), command, megabytes: of("VmRSS") / 1024 };
  } catch {
    return undefined;
  }
}
