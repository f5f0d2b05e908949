import { mkdirSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import {
  CreateDocumentCommand,
  SSMClient,
  StartAutomationExecutionCommand,
} from "@aws-sdk/client-ssm";
import { type Emulator, startEmulator } from "automation-emulator";
import {
  type Access,
  clientOptions,
  ec2Client,
  makeBucket,
  makeNetwork,
  runInstance,
} from "automation-emulator/sample/account";
import { findPython } from "automation-language/python";
import { checkDocument } from "automation-validator/check";
import { report } from "automation-validator/report";
import { Command } from "commander";
import pc from "picocolors";
import { DOCUMENT_LIMIT } from "../build/emit.ts";
import { inProject } from "../build/root.ts";
import { table } from "../common/table.ts";
import { type Compiled, compile } from "../document/compile.ts";
import { documentName } from "../document/runbook.ts";
import { follow, isGood, type Snapshot } from "../operate/follow.ts";
import { line } from "../operate/show.ts";
import { setUpPython } from "./python.ts";
import { groupsNow } from "./start/groups.ts";
import { makeRole } from "./start/role.ts";

/**
 * `npm start`: the whole job on a local AWS: builds and checks the document, publishes it, and runs it as a dry
 * run, to contain and to release an instance with three interfaces.
 */
const { keep } = new Command("start")
  .description("Builds the runbook and rehearses it on a local AWS: dry run, Contain, Release.")
  .option("--keep", "leave the local AWS running, to try by hand", false)
  .parse()
  .opts<{ readonly keep: boolean }>();

const began = Date.now();
const accountId = "111122223333";
const region = "us-east-1";

try {
  await setUpPython("run", (text) => console.log(pc.dim(text)));
  const compiled = await build();
  title("A local AWS");
  const emulator = await startEmulator({ region, enforceIam: true });
  try {
    await rehearse(emulator, compiled);
    console.log(pc.dim(`Done in ${((Date.now() - began) / 1000).toFixed(1)} s.`));
    if (keep) await untilInterrupted(emulator);
  } finally {
    await emulator.close();
  }
} catch (error) {
  console.error(pc.red(error instanceof Error ? error.message : String(error)));
  process.exitCode = 1;
}

/** Compiles and checks the document, and writes it below dist/. */
async function build(): Promise<Compiled> {
  title("The document");
  const compiled = compile(findPython());
  const file = inProject("dist", `${documentName}.yaml`);
  const name = relative(process.cwd(), file);
  const findings = await checkDocument(compiled.yaml, {
    file: name,
    declaredPermissions: compiled.permissions,
  });
  if (findings.length > 0) {
    process.stdout.write(report(findings, "text", pc));
    throw new Error(
      "The document has findings: `npm run validate` shows them. Nothing was started.",
    );
  }
  mkdirSync(inProject("dist"), { recursive: true });
  writeFileSync(file, compiled.yaml);
  const size = Buffer.byteLength(compiled.yaml);
  console.log(`${name}: ${size} of at most ${DOCUMENT_LIMIT} bytes, checked without a finding`);
  return compiled;
}

/** Makes the account, runs the three executions and shows what they did. */
async function rehearse(emulator: Emulator, { yaml, permissions }: Compiled): Promise<void> {
  const access: Access = { endpoint: emulator.endpoint, accountId, region };
  console.log(`It answers at ${pc.bold(emulator.endpoint)}`);
  const ec2 = ec2Client(access);
  const { subnetId, groups } = await makeNetwork(ec2, ["web", "database", "operators"]);
  const { web = "", database = "", operators = "" } = groups;
  const { instanceId } = await runInstance(ec2, subnetId, [[web], [web, database], [operators]]);
  const bucket = `containment-backups-${accountId}`;
  await makeBucket(access, bucket);
  const role = await makeRole(access, permissions);
  const ssm = new SSMClient(clientOptions(access));
  await ssm.send(
    new CreateDocumentCommand({
      Name: documentName,
      Content: yaml,
      DocumentFormat: "YAML",
      DocumentType: "Automation",
      TargetType: "/AWS::EC2::Instance",
    }),
  );
  console.log(
    `Instance ${instanceId} with three interfaces, bucket ${bucket}, document ${documentName}`,
  );

  const common = { InstanceId: instanceId, S3BucketName: bucket, AutomationAssumeRole: role };
  const before = await groupsNow(ec2, instanceId);
  await execute(ssm, "Dry run of Contain", { ...common });
  const contain = await execute(ssm, "Contain", { ...common, DryRun: "false" });
  const contained = await groupsNow(ec2, instanceId);
  const backup = backupOf(contain);
  const key = backup.split("/").slice(3).join("/");
  const release = { ...common, Action: "Release", S3PrefixName: key, DryRun: "false" };
  await execute(ssm, "Release", release);
  const after = await groupsNow(ec2, instanceId);

  title("The groups of each interface");
  const rows = table(["Interface", "Before", "Contained", "Released"]);
  for (const [id, groups] of before)
    rows.push([id, groups, contained.get(id) ?? "", after.get(id) ?? ""]);
  console.log(rows.toString());
  console.log(`Backup: ${backup}`);
  console.log(
    `Open to cut connections: ${contain.outputs["createContainmentSecurityGroup.OpenSeconds"]?.[0]} s`,
  );
  console.log(`Document: ${relative(process.cwd(), inProject("dist", `${documentName}.yaml`))}`);
  const exact = [...before].every(([id, groups]) => after.get(id) === groups);
  if (!exact) throw new Error("The interfaces do not have their groups of before.");
  if (keep) byHand(emulator, { ...common, DryRun: "true" });
}

/** Runs the document through the SSM API and shows each step as it ends. */
async function execute(
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
  console.log(`${pc.bold(state.status)}  ${pc.dim(`execution ${state.id}`)}`);
  if (!isGood(state.status)) throw new Error(`${name} ended as ${state.status}: ${state.failure}`);
  return state;
}

/** Where the backup lies, as the report of Contain says. */
function backupOf(contain: Snapshot): string {
  const text = contain.outputs["containFinalOutput.Output"]?.[0] ?? "";
  const found = /s3:\/\/\S+\.json/.exec(text)?.[0];
  if (found === undefined) throw new Error(`The report of Contain names no backup:\n${text}`);
  return found;
}

/** Prints how to go on in another terminal. */
function byHand(emulator: Emulator, parameters: Readonly<Record<string, string>>): void {
  title("By hand, in another terminal");
  for (const [name, value] of Object.entries(emulator.env(accountId)))
    if (!/proxy$/i.test(name)) console.log(`export ${name}=${value}`);
  const values = Object.entries(parameters).map(([key, value]) => `${key}=${value}`);
  console.log(
    `aws ssm start-automation-execution --endpoint-url ${emulator.endpoint} --region ${region} --document-name ${documentName} --parameters ${values.join(",")}`,
  );
  console.log(
    `aws ssm get-automation-execution --endpoint-url ${emulator.endpoint} --region ${region} --automation-execution-id EXECUTION_ID`,
  );
  console.log(pc.dim("Ctrl-C ends the local AWS."));
}

function untilInterrupted(emulator: Emulator): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      emulator.close().finally(resolve);
    };
    process.once("SIGINT", end).once("SIGTERM", end);
  });
}

function title(text: string): void {
  console.log(`\n${pc.bold(pc.cyan(text))}`);
}
