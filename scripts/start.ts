import { relative } from "node:path";
import { type SSMClient, StartAutomationExecutionCommand } from "@aws-sdk/client-ssm";
import { type Emulator, startEmulator } from "automation-emulator";
import { Option } from "commander";
import { DOCUMENT_LIMIT } from "../build/emit.ts";
import { inProject } from "../build/root.ts";
import pc from "../common/colours.ts";
import { command } from "../common/command.ts";
import { Problem } from "../common/problem.ts";
import { table } from "../common/table.ts";
import { writeText } from "../common/write.ts";
import { type Compiled, compile } from "../document/compile.ts";
import { documentName } from "../document/runbook.ts";
import { follow, isGood, type Snapshot } from "../operate/follow.ts";
import { homeWith } from "../operate/places.ts";
import { readReport, reportPage } from "../operate/report/index.ts";
import { line, result } from "../operate/show.ts";
import { program } from "./program.ts";
import { documentFile, writeChecked } from "./publishable.ts";
import { setUpPython } from "./python.ts";
import { makeAccount, type RehearsalAccount } from "./start/account.ts";
import { groupsNow } from "./start/groups.ts";
import { byHand, whereToGo } from "./start/next.ts";
import { serveRehearsal } from "./start/web/index.ts";

/** `npm start`: the whole job on a local AWS, from the definitions to an instance contained and released. */
const { keep, web } = program(
  "start",
  "Builds the runbook and rehearses it on a local AWS: dry run, Contain, Release. No AWS account is used.",
  [
    ["", "the whole rehearsal, in a minute"],
    ["--web", "a rehearsal in the browser, with faults that you switch on with a click"],
    ["--keep", "and leaves the local AWS running, to go on by hand"],
  ],
)
  .option("--keep", "leave the local AWS running, to try by hand", false)
  .addOption(
    new Option("--web", "serve a page to rehearse with, until Ctrl-C (docs/rehearse.md)")
      .default(false)
      .conflicts("keep"),
  )
  .parse()
  .opts<{ readonly keep: boolean; readonly web: boolean }>();

const began = Date.now();
const accountId = "111122223333";
const region = "us-east-1";
let part = 0;

await command(async () => {
  console.log("A rehearsal on this machine: nothing is done in any AWS account.");
  title("Python");
  const python = await setUpPython("run", say);
  say(`${python} has the packages of the local AWS`);
  title("The document");
  say("compiling the steps and checking the result");
  const compiled = compile(python);
  const size = await writeChecked(compiled);
  say(
    `${documentFile(compiled.name)}: ${size} of at most ${DOCUMENT_LIMIT} bytes, checked without an error`,
  );
  title("A local AWS");
  say("starting it");
  const emulator = await startEmulator({
    python,
    region,
    enforceIam: true,
    // A step costs some seconds on AWS, and a refused call is tried again for minutes: ten times as fast.
    ...(web && { stepSeconds: 8, timeScale: 10 }),
  });
  const interrupted = untilInterrupted();
  let ended: string | undefined;
  try {
    if (web) {
      say("making an account with an instance, and its page");
      const page = await serveRehearsal(emulator, accountId, region, compiled);
      console.log(`\nOpen ${pc.bold(page.address)} in a browser of this machine. Ctrl-C ends it.`);
      await interrupted;
      await page.close();
      ended = "The rehearsal has ended; nothing is left running.";
      return 0;
    }
    const rehearsal = rehearse(emulator, compiled).then(() => true);
    if (!(await Promise.race([rehearsal, interrupted.then(() => false)]))) {
      rehearsal.catch(() => undefined); // It fails when the local AWS ends.
      throw new Problem(
        "Stopped before the end of the rehearsal.",
        "Run npm start again: nothing is left over.",
      );
    }
    say(`Done in ${((Date.now() - began) / 1000).toFixed(1)} s.`);
    if (keep) {
      await interrupted;
      ended = "The local AWS has ended; nothing is left running.";
    }
  } finally {
    await emulator.close();
    if (ended !== undefined) console.log(`\n${ended}`);
  }
  return 0;
});

/** Makes the account, runs the three executions and shows what they reported and did. */
async function rehearse(emulator: Emulator, compiled: Compiled): Promise<void> {
  say(`making an account with an instance, at ${emulator.endpoint}`);
  const account = await makeAccount(emulator, accountId, region, compiled);
  const { instanceId, bucket, ec2 } = account;
  say(`instance ${instanceId} with three interfaces, bucket ${bucket}, document ${documentName}`);
  const common = {
    InstanceId: instanceId,
    S3BucketName: bucket,
    AutomationAssumeRole: account.role,
  };

  const before = await groupsNow(ec2, instanceId);
  const dry = await run(account.ssm, "A dry run: what Contain would change", common);
  const pages = [await page(account, "dry-run", dry)];
  const contain = await run(account.ssm, "Contain", { ...common, DryRun: "false" });
  pages.push(await page(account, "contain", contain));
  const contained = await groupsNow(ec2, instanceId);
  const release = await run(account.ssm, "Release", {
    ...common,
    Action: "Release",
    S3PrefixName: backupKey(contain),
    DryRun: "false",
  });
  pages.push(await page(account, "release", release));
  const after = await groupsNow(ec2, instanceId);

  title("The security groups of each interface");
  console.log(
    table(
      ["Interface", "Before", "Contained", "Released"],
      [...before].map(([id, groups]) => [id, groups, contained.get(id) ?? "", after.get(id) ?? ""]),
    ),
  );
  assertRestored(account, before, after);
  title("The three reports as pages, to open in a browser");
  console.log(pages.join("\n"));
  title("Where to go next");
  console.log(whereToGo(keep));
  if (keep) {
    title("By hand, in another terminal");
    console.log(byHand(emulator, accountId, { ...common, DryRun: "true" }));
  }
}

/** Runs the document through the SSM API, and shows each step as it ends and then the report. */
async function run(
  ssm: SSMClient,
  name: string,
  parameters: Readonly<Record<string, string>>,
): Promise<Snapshot> {
  title(name);
  const started = await ssm.send(
    new StartAutomationExecutionCommand({
      DocumentName: documentName,
      Parameters: Object.fromEntries(
        Object.entries(parameters).map(([key, value]) => [key, [value]]),
      ),
    }),
  );
  const state = await follow({
    client: ssm,
    id: started.AutomationExecutionId ?? "",
    interval: 0.1,
    onChange: (progress) => {
      if (progress.ended !== undefined) console.log(line(progress));
    },
  });
  console.log(`\n${result(state)}`);
  if (!isGood(state.status))
    throw new Problem(
      `${name} ended as ${state.status}.`,
      "Read the report above. npm run build and npm test tell whether the working tree is sound.",
    );
  return state;
}

/** Writes the report of a run as a page, as it stands now; the page's file. */
async function page(account: RehearsalAccount, name: string, { id }: Snapshot): Promise<string> {
  const file = relative(inProject(), inProject("dist", "reports", `rehearsal-${name}.html`));
  writeText(inProject(file), reportPage(await readReport(homeWith(account, region), id)));
  return file;
}

/** The key of the backup in its bucket, as the report of Contain names it. */
function backupKey(contain: Snapshot): string {
  const text = contain.outputs["containFinalOutput.Output"]?.join("\n") ?? "";
  const key = /s3:\/\/[^/\s]+\/(\S+\.json)/.exec(text)?.[1];
  if (key === undefined) throw new Error(`The report of Contain names no backup:\n${text}`);
  return key;
}

function assertRestored(
  { instanceId }: RehearsalAccount,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): void {
  if (![...before].every(([id, groups]) => after.get(id) === groups))
    throw new Error(`The interfaces of ${instanceId} do not have the groups that they had before.`);
}

/** Resolves at Ctrl-C. */
function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGINT", resolve).once("SIGTERM", resolve);
  });
}

function title(text: string): void {
  part += 1;
  console.log(`\n${pc.bold(pc.cyan(`${part}. ${text}`))}`);
}

function say(text: string): void {
  console.log(pc.dim(text));
}
