/** The command `automation-emulator`: a local AWS for any client, until Ctrl-C. */
import { accessSync, closeSync, constants, mkdirSync, openSync } from "node:fs";
import { resolve } from "node:path";
import { accountIdPattern } from "automation-language/arn";
import { endWithReader } from "automation-language/reader";
import { Command, InvalidArgumentError } from "commander";
import pc from "./colours.ts";
import { largestTimeScale } from "./gateway/clock.ts";
import { type Emulator, startEmulator } from "./index.ts";
import { preparePython } from "./pythonPackages.ts";

interface Options {
  readonly port: number;
  readonly region: string;
  readonly log?: string;
  readonly enforceIam?: true;
  readonly timeScale: number;
  readonly stepSeconds: number;
  readonly account: string;
  readonly host: string;
  readonly allowHost?: readonly string[];
  readonly state?: string;
  readonly json?: true;
}

/** Seconds, from 0. */
function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError("It must be a number from 0.");
  return value;
}

/** Seconds of AWS time per real second. */
function scale(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= largestTimeScale))
    throw new InvalidArgumentError(`It must be a number from 0 to ${largestTimeScale}.`);
  return value;
}

function portNumber(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new InvalidArgumentError("A port is a number from 0 to 65535.");
  return Number(text);
}

function regionName(text: string): string {
  if (!/^[a-z]{2,}(-[a-z]+)+-\d+$/.test(text))
    throw new InvalidArgumentError("It is not the name of an AWS Region; write it as us-east-1.");
  return text;
}

/** A file that can be appended to. */
function writable(file: string): string {
  try {
    closeSync(openSync(file, "a"));
  } catch (error) {
    throw new InvalidArgumentError(
      `The log can't be written (${error instanceof Error ? error.message : error}).`,
    );
  }
  return file;
}

/** A folder in which files can be made. */
function writableFolder(folder: string): string {
  const full = resolve(folder);
  try {
    mkdirSync(full, { recursive: true });
    accessSync(full, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new InvalidArgumentError(
      `No state can be kept there (${error instanceof Error ? error.message : error}).`,
    );
  }
  return full;
}

function hostAndPort(text: string, before: readonly string[] = []): readonly string[] {
  if (!/^[^\s/:]+:\d{1,5}$/.test(text)) throw new InvalidArgumentError("Like localhost:8080.");
  return [...before, text.toLowerCase()];
}

function account(text: string): string {
  if (!accountIdPattern.test(text)) throw new InvalidArgumentError("An account id has 12 digits.");
  return text;
}

/**
 * Runs the command: starts a local AWS, says how to point a client at it, and ends it with the process.
 *
 * @param called what a person types to start it, for the help
 * @param args without the names of Node and of the program
 */
export async function runCommand(called: string, args: readonly string[]): Promise<void> {
  endWithReader();
  const options = commandLine(called)
    .parse([...args], { from: "user" })
    .opts<Options>();
  try {
    const python = await preparePython((line) => console.error(pc.dim(line)));
    const emulator = await startEmulator({
      python,
      port: options.port,
      host: options.host,
      allowedHosts: options.allowHost ?? [],
      ...(options.state !== undefined && { stateFolder: options.state }),
      region: options.region,
      enforceIam: options.enforceIam === true,
      timeScale: options.timeScale,
      stepSeconds: options.stepSeconds,
      ...(options.log !== undefined && { logFile: options.log }),
    });
    if (options.json) {
      const { endpoint } = emulator;
      console.log(JSON.stringify({ endpoint, env: emulator.env(options.account) }));
    } else {
      introduce(emulator, options);
    }
    endWithProcess(emulator);
  } catch (error) {
    console.error(pc.red(inWords(error, options)));
    process.exit(1);
  }
}

function commandLine(called: string): Command {
  return new Command(called)
    .description("Starts a local AWS with SSM Automation and prints how to point a client at it.")
    .option("--port <n>", "port; 0 takes a free one", portNumber, 4566)
    .option("--host <address>", "address to listen on; 0.0.0.0 in a container", "127.0.0.1")
    .option(
      "--allow-host <name:port>",
      "another name by which clients reach it, may be given again",
      hostAndPort,
    )
    .option("--json", "print one line of JSON, { endpoint, env }, for programs")
    .option(
      "--state <folder>",
      "keep what AWS holds, and executions, in this folder between starts",
      writableFolder,
    )
    .option("--region <name>", "default Region of the printed environment", regionName, "us-east-1")
    .option("--account <id>", "account of the printed environment", account, "123456789012")
    .option("--log <file>", "append each AWS call to this file, one JSON object a line", writable)
    .option("--enforce-iam", "hold every assumed role to its policies")
    .option(
      "--step-seconds <n>",
      "AWS seconds that each script step costs besides its script",
      seconds,
      0,
    )
    .option(
      "--time-scale <x>",
      "seconds of AWS time per real second in automations; 0 waits until the clock is advanced over HTTP",
      scale,
      1,
    )
    .addHelpText(
      "after",
      `
Examples:
  ${called} --port 0
      a local AWS on a free port
  ${called} --enforce-iam --log calls.jsonl --time-scale 60
      roles are held to their policies, calls are logged, an automation's hour takes a minute`,
    )
    .showHelpAfterError(`${called} --help tells of all options.`);
}

/** Ends the emulator when the process is told to end. */
function endWithProcess(emulator: Emulator): void {
  const end = (): void => {
    emulator.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.once("SIGINT", end).once("SIGTERM", end).once("SIGHUP", end);
  if (process.env.npm_lifecycle_event !== undefined) endWithParent(end);
}

/** npm passes SIGTERM on to a shell, which ends without telling this process. */
function endWithParent(end: () => void): void {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    end();
  }, 250);
}

function inWords(error: unknown, { host, port: asked }: Options): string {
  if (!(error instanceof Error)) return String(error);
  switch ("code" in error ? error.code : undefined) {
    case "EADDRINUSE":
      return `Port ${asked} is taken. Give another one with --port, or --port 0 for a free one.`;
    case "EACCES":
      return `This user may not listen on port ${asked}. Give one from 1024 with --port.`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EINVAL":
      return `${host} is not an address of this machine. Give one of its addresses with --host, 127.0.0.1 for this machine alone or 0.0.0.0 for all networks.`;
    default:
      return error.message;
  }
}

function introduce(emulator: Emulator, { account: id, host }: Options): void {
  console.log(`${pc.green("A local AWS answers at")} ${pc.bold(emulator.endpoint)}\n`);
  console.log(
    pc.dim("# Copy these lines into another terminal, then use aws, boto3 or any AWS SDK:"),
  );
  for (const [name, value] of Object.entries(emulator.env(id))) {
    if (!/proxy$/i.test(name)) console.log(`export ${name}=${value}`);
  }
  console.log(
    pc.dim(`# aws s3control only: HTTP_PROXY=${emulator.endpoint} NO_PROXY= aws s3control …`),
  );
  console.log(`\n${pc.dim("# What has been called, and faults on purpose:")}`);
  console.log(`curl ${emulator.endpoint}/_emulator/calls`);
  console.log(
    `curl -d '{"match":{"service":"ec2","operation":"CreateSecurityGroup","nth":1},"kind":{"throttle":true}}' ${emulator.endpoint}/_emulator/faults`,
  );
  if (!/^(?:127\.|localhost$)/.test(host)) {
    console.log(
      pc.yellow(
        `\nIt listens on ${host}: whoever reaches that address can run code here. Keep it to networks that you trust.`,
      ),
    );
  }
  console.log(
    `\n${pc.dim("An access key id of 12 digits is the account it works in. Ctrl-C ends it.")}`,
  );
}
