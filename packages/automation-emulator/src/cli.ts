#!/usr/bin/env node
/** `automation-emulator`: a local AWS for any client, until Ctrl-C. */
import { Command, InvalidArgumentError } from "commander";
import pc from "picocolors";
import { startEmulator } from "./index.ts";
import { preparePython } from "./pythonPackages.ts";

interface Options {
  readonly port: number;
  readonly region: string;
  readonly log?: string;
  readonly enforceIam: boolean;
  readonly timeScale: number;
  readonly account: string;
}

function number(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new InvalidArgumentError("A number from 0.");
  return value;
}

function account(text: string): string {
  if (!/^\d{12}$/.test(text)) throw new InvalidArgumentError("An account id of 12 digits.");
  return text;
}

const options = new Command("emulator")
  .description("Starts a local AWS with SSM Automation and prints how to point a client at it.")
  .option("--port <n>", "port on 127.0.0.1; 0 takes a free one", number, 4566)
  .option("--region <name>", "default Region of the printed environment", "us-east-1")
  .option("--account <id>", "account of the printed environment", account, "123456789012")
  .option("--log <file>", "append each AWS call to this file, one JSON object a line")
  .option("--enforce-iam", "hold every assumed role to its policies", false)
  .option("--time-scale <x>", "seconds of AWS time per real second in automations", number, 1)
  .parse()
  .opts<Options>();

try {
  const python = await preparePython((line) => console.error(pc.dim(line)));
  const emulator = await startEmulator({
    python,
    port: options.port,
    region: options.region,
    enforceIam: options.enforceIam,
    timeScale: options.timeScale,
    ...(options.log !== undefined && { logFile: options.log }),
  });
  console.log(`${pc.green("A local AWS answers at")} ${pc.bold(emulator.endpoint)}\n`);
  console.log(
    pc.dim("# Copy these lines into another terminal, then use aws, boto3 or any AWS SDK:"),
  );
  for (const [name, value] of Object.entries(emulator.env(options.account))) {
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
  console.log(
    `\n${pc.dim("An access key id of 12 digits is the account it works in. Ctrl-C ends it.")}`,
  );
  const end = (): void => {
    emulator.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.once("SIGINT", end).once("SIGTERM", end);
} catch (error) {
  const taken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
  console.error(
    pc.red(
      taken
        ? `Port ${options.port} is taken. Give another one with --port, or --port 0 for a free one.`
        : error instanceof Error
          ? error.message
          : String(error),
    ),
  );
  process.exit(1);
}
