import { appendFileSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Emulator } from "automation-emulator";
import { execa } from "execa";
import { inProject } from "../../build/root.ts";
import { bootstrap, type Ended, run } from "./organization.ts";

/** A person at a terminal: what is typed is run, and with CONTAIN_TRANSCRIPTS=FOLDER kept there with its output. */
export interface Session {
  /** `npm run NAME -- ARGUMENTS` in an account. */
  npm(account: string, name: string, ...args: readonly string[]): Promise<Ended>;
  /** `aws ARGUMENTS` in an account, with the real command line. */
  aws(account: string, ...args: readonly string[]): Promise<Ended>;
  /** `npx cdk bootstrap` in an account. */
  bootstrap(account: string): Promise<Ended>;
  /** A remark in the transcript. */
  say(remark: string): void;
}

export function session(emulator: Emulator, name: string): Session {
  const folder = process.env.CONTAIN_TRANSCRIPTS;
  const path = folder && join(folder, `${name}.txt`);
  if (folder) mkdirSync(folder, { recursive: true });
  if (path) rmSync(path, { force: true });
  const keep = (text: string): void => {
    if (path) appendFileSync(path, `${text}\n`);
  };
  const typed = async (account: string, line: string, ended: Promise<Ended>): Promise<Ended> => {
    const before = Date.now();
    const result = await ended;
    const seconds = ((Date.now() - before) / 1000).toFixed(1);
    keep(`[${account}] $ ${line}\n${result.all}\n[status ${result.status}, ${seconds} s]\n`);
    return result;
  };
  const quoted = (args: readonly string[]): string =>
    args.map((arg) => (/^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg}'`)).join(" ");
  const direct = async (
    account: string,
    command: string,
    args: readonly string[],
  ): Promise<Ended> => {
    const result = await execa(command, args, {
      cwd: inProject(),
      env: {
        ...emulator.env(account),
        NO_COLOR: "1",
        NODE_NO_WARNINGS: "1",
        AWS_PAGER: "",
        CDK_DISABLE_CLI_TELEMETRY: "true",
      },
      reject: false,
      all: true,
      stdin: "ignore",
    });
    const { stdout, stderr, all, exitCode } = result;
    return { stdout, stderr, all, status: exitCode ?? -1 };
  };
  return {
    npm: (account, script, ...args) =>
      typed(
        account,
        `npm run ${script} -- ${quoted(args)}`,
        run(script, args, emulator.env(account)),
      ),
    aws: (account, ...args) => typed(account, `aws ${quoted(args)}`, direct(account, "aws", args)),
    bootstrap: (account) =>
      typed(
        account,
        `npx cdk bootstrap aws://${account}/us-east-1`,
        bootstrap(emulator, account, "us-east-1"),
      ),
    say: (remark) => keep(`# ${remark}\n`),
  };
}
