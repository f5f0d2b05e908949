/** How many executions an emulator ends in a second where many are started at once, beside that of another checkout. */
import { execa } from "execa";
import { publish, runOnce, withEmulator } from "./executions.ts";
import { type Sample, sampleOf } from "./statistics.ts";

export interface AtOnce {
  readonly folder: string;
  /** The commit, as `git describe` names it. */
  readonly commit: string;
  /** Executions a second. */
  readonly rate: Sample;
}

/** How often each is measured, in turn. */
const rounds = 3;
/** Milliseconds between two looks at one of so many executions. */
const pause = 1000;

/**
 * Starts so many executions at once on the emulator of each checkout, in turn and three times.
 *
 * @param folders checkouts, with their packages installed
 */
export async function measureAtOnce(
  folders: readonly string[],
  executions: number,
  say: (line: string) => void,
): Promise<readonly AtOnce[]> {
  const rates = new Map(folders.map((folder): [string, number[]] => [folder, []]));
  for (let round = 0; round < rounds; round += 1)
    for (const folder of folders) {
      const rate = await rateOf(folder, executions);
      rates.get(folder)?.push(rate);
      say(`${folder}: ${rate.toFixed(2)} a second`);
    }
  return Promise.all(
    folders.map(async (folder) => ({
      folder,
      commit: (await execa("git", ["describe", "--always", "--dirty"], { cwd: folder })).stdout,
      rate: sampleOf(rates.get(folder) ?? []),
    })),
  );
}

const rateOf = (folder: string, executions: number): Promise<number> =>
  withEmulator(folder, async ({ clients }) => {
    await publish(clients);
    await runOnce(clients.ssm, pause);
    const begin = performance.now();
    await Promise.all(Array.from({ length: executions }, () => runOnce(clients.ssm, pause)));
    return (executions * 1000) / (performance.now() - begin);
  });
