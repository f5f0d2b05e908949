/** The long form: all trials, side by side, with progress, until they are done or the time is up. */
import { writeFileSync } from "node:fs";
import { Listr, type ListrTaskWrapper } from "listr2";
import { inProject } from "../../../build/root.ts";
import { contentHash } from "../../../common/version.ts";
import { runbookDocument } from "../../world/document.ts";
import { allJobs } from "../lib/all.ts";
import { type Job, type Section, sections } from "../lib/jobs.ts";
import { type Lab, openLab } from "../lib/lab.ts";
import { openResults, type Result, type Results } from "./results.ts";
import { summaryOf } from "./summary.ts";

export interface LongFormOptions {
  /** Minutes; 0: no limit. */
  readonly budget: number;
  readonly seed?: number;
  readonly parallel: number;
  readonly accounts: number;
  readonly only?: string;
  readonly fresh: boolean;
}

/** An emulator remembers every call; after so many trials another one takes its place. */
const trialsPerEmulator = 120;

/** Runs the trials that have not been run yet; the number of violations. */
export async function runLongForm(options: LongFormOptions): Promise<number> {
  const started = Date.now();
  const document = runbookDocument();
  const results = openResults(contentHash(document.yaml), options.seed, options.fresh);
  console.log(
    `Seed ${results.seed}. Results go to dist/safety; the same command goes on from there.`,
  );
  const pattern = new RegExp(options.only ?? "");
  const jobs = (await allJobs({ seed: results.seed, accounts: options.accounts })).filter(
    ({ section, id }) => pattern.test(`${section}: ${id}`),
  );
  const waiting = jobs.filter(({ id }) => !results.all.has(id));
  const until = options.budget === 0 ? Number.POSITIVE_INFINITY : started + options.budget * 60_000;
  await withProgress(jobs, results, async (told) => {
    await runAll(waiting, options.parallel, until, (result) => {
      results.add(result);
      told(result);
    });
  });
  const page = summaryOf(jobs, results, (Date.now() - started) / 1000);
  writeFileSync(inProject("dist", "safety", "summary.md"), page.text);
  console.log(`\n${page.text}`);
  return page.violations;
}

async function runAll(
  jobs: readonly Job[],
  parallel: number,
  until: number,
  told: (result: Result) => void,
): Promise<void> {
  for (let at = 0; at < jobs.length && Date.now() < until; at += trialsPerEmulator) {
    const batch = jobs.slice(at, at + trialsPerEmulator);
    const lab = await openLab();
    try {
      await Promise.all(
        Array.from({ length: parallel }, async () => {
          for (;;) {
            const job = Date.now() < until ? batch.shift() : undefined;
            if (job === undefined) return;
            told(await runOne(lab, job));
          }
        }),
      );
    } finally {
      await lab.close();
    }
  }
}

async function runOne(lab: Lab, job: Job): Promise<Result> {
  const started = performance.now();
  const { section, id } = job;
  const finding = await job.run(lab).catch((error: unknown) => ({
    violations: [`The trial itself failed: ${error instanceof Error ? error.stack : error}`],
    facts: {},
  }));
  return { section, id, ...finding, seconds: Math.round(performance.now() - started) / 1000 };
}

/** Shows a line for each section, which counts its trials. */
async function withProgress(
  jobs: readonly Job[],
  results: Results,
  work: (told: (result: Result) => void) => Promise<void>,
): Promise<void> {
  const lines = new Map<Section, ListrTaskWrapper<unknown, never, never>>();
  const line = (section: Section): string => {
    const mine = jobs.filter((job) => job.section === section);
    const done = mine.flatMap(({ id }) => results.all.get(id) ?? []);
    const bad = done.filter(({ violations }) => violations.length > 0).length;
    return `${section}: ${done.length} of ${mine.length}${bad > 0 ? `, ${bad} with violations` : ""}`;
  };
  const count = { told: 0 };
  const working = work((result) => {
    count.told += 1;
    const task = lines.get(result.section);
    if (task === undefined) return;
    if (process.stdout.isTTY) task.title = line(result.section);
    else if (count.told % 20 === 0) task.output = sections.map(line).join("; ");
    if (result.violations.length > 0) task.output = `${result.id}: ${result.violations[0]}`;
  });
  const tasks = new Listr(
    sections
      .filter((section) => jobs.some((job) => job.section === section))
      .map((section) => ({
        title: line(section),
        task: async (_: unknown, task: unknown) => {
          lines.set(section, task as ListrTaskWrapper<unknown, never, never>);
          await working;
        },
      })),
    { concurrent: true, rendererOptions: { collapseSubtasks: false } },
  );
  await Promise.all([tasks.run(), working]);
}
