/** The short form: a few trials by chance, which the seed repeats. */
import { shuffled } from "./all.ts";
import type { Job } from "./jobs.ts";
import type { Lab } from "./lab.ts";

/** `SAFETY_SEED=n npm test` repeats a sample. */
export const seed = Number(process.env.SAFETY_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** So many of the trials. */
export const some = (jobs: readonly Job[], count: number): readonly Job[] =>
  shuffled(jobs, seed).slice(0, count);

/** Runs trials, three at a time; all that they found, by the trial's name. */
export async function found(
  lab: Lab,
  jobs: readonly Job[],
): Promise<Readonly<Record<string, readonly string[]>>> {
  const waiting = [...jobs];
  const bad: Record<string, readonly string[]> = {};
  await Promise.all(
    [1, 2, 3].map(async () => {
      for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
        const { violations } = await job.run(lab);
        if (violations.length > 0) bad[`${job.section}: ${job.id}`] = violations;
      }
    }),
  );
  return bad;
}
