/** Whether the emulator grows while it runs: many executions over HTTP, and the memory of its processes. */
import pLimit from "p-limit";
import { inProject } from "../../../build/root.ts";
import { publish, runOnce, withEmulator } from "./executions.ts";
import { familyOf } from "./processes.ts";

/** Resident memory in MB when so many executions have ended and nothing runs. */
export interface MemorySample {
  readonly executions: number;
  /** Gateway and engine. */
  readonly node: number;
  readonly moto: number;
  /** What scripts and API steps are forked from. */
  readonly workers: number;
}

/** Executions under way at once. */
const atOnce = 4;
/** So many between two looks. */
const pace = 100;
/** What is loaded only when it is used for the first time is loaded by then. */
const warmUp = 20;

/** Starts an emulator of its own, as a user does, and runs as many executions of a document with three scripts of 10 KB. */
export const measureMemory = (
  executions: number,
  say: (line: string) => void,
): Promise<readonly MemorySample[]> =>
  withEmulator(inProject(), async ({ pid, clients }) => {
    await publish(clients);
    const run = async (count: number): Promise<void> => {
      const limit = pLimit(atOnce);
      await Promise.all(
        Array.from({ length: count }, () => limit(() => runOnce(clients.ssm, 100))),
      );
    };
    await run(warmUp);
    const samples = [look(pid, 0)];
    for (let done = 0; done < executions; ) {
      const count = Math.min(pace, executions - done);
      await run(count);
      done += count;
      samples.push(look(pid, done));
      say(memoryLine(samples.at(-1)));
    }
    return samples;
  });

const memoryLine = (sample: MemorySample | undefined): string =>
  sample === undefined
    ? ""
    : `${sample.executions} executions: node ${sample.node}, moto ${sample.moto}, workers ${sample.workers} MB`;

function look(pid: number, executions: number): MemorySample {
  const family = familyOf(pid);
  if (family === undefined) throw new Error("Memory can be measured where there is /proc alone.");
  const of = (which: (command: string) => boolean): number =>
    Math.round(family.find(({ command }) => which(command))?.megabytes ?? 0);
  return {
    executions,
    node: Math.round(family.find((one) => one.pid === pid)?.megabytes ?? 0),
    moto: of((command) => command.includes("serve.py")),
    workers: of((command) => command.includes("worker.py")),
  };
}
