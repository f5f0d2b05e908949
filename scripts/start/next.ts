import type { Emulator } from "automation-emulator";
import pc from "../../common/colours.ts";
import { documentName } from "../../document/runbook.ts";

/** Where to go after a rehearsal. */
export const whereToGo = (keep: boolean): string =>
  [
    ...(keep
      ? []
      : ["npm start -- --keep         leaves the local AWS running, to go on by hand with aws"]),
    "npm start -- --web          the same in the browser, with faults that you switch on (docs/rehearse.md)",
    "npm run build               writes the document and a readable copy of it, to review",
    "npm run deploy              publishes it in your AWS account, with its role (docs/deploy.md)",
    "npm run execute -- --help   runs it there, a dry run unless told otherwise",
    "npm run report -- --help    writes the report of any run as a page",
    "README.md                   what it does, what it cannot cut, and what to do in an incident",
  ].join("\n");

/** How to go on by hand in another terminal. */
export function byHand(
  emulator: Emulator,
  accountId: string,
  parameters: Readonly<Record<string, string>>,
): string {
  const exports = Object.entries(emulator.env(accountId))
    .filter(([name]) => !/proxy$/i.test(name))
    .map(([name, value]) => `export ${name}=${value}`);
  const values = Object.entries(parameters).map(([key, value]) => `${key}=${value}`);
  return [
    ...exports,
    `aws ssm start-automation-execution --document-name ${documentName} --parameters ${values.join(",")}`,
    "aws ssm get-automation-execution --automation-execution-id EXECUTION_ID",
    pc.dim("Ctrl-C ends the local AWS."),
  ].join("\n");
}
