import { createHash } from "node:crypto";
import pc from "../../common/colours.ts";
import { regionsOf } from "../../common/config.ts";
import { callerAccount } from "../../common/preflight.ts";
import { printable } from "../../common/printable.ts";
import { printer } from "../../common/printer.ts";
import { writeText } from "../../common/write.ts";
import { homeIn, type Place } from "../places.ts";
import { readReport } from "./gather.ts";
import { reportPage, verdictOfData } from "./page.tsx";

export interface ReportOptions {
  readonly region?: string;
  /** The account that it ran in, other than the caller's. */
  readonly account?: string;
  /** Name of the role by which other accounts are read. */
  readonly assumeRole?: string;
  /** Whether to print what it came to as JSON. */
  readonly json: boolean;
}

/**
 * `npm run report`: writes the report of an execution as one HTML page, and says what it came to.
 *
 * @param file where to write it
 * @returns exit status: 0 where a report was written, whatever it says
 */
export async function report(id: string, file: string, options: ReportOptions): Promise<number> {
  const { region, account, assumeRole, json } = options;
  const [where] = regionsOf({ regions: region === undefined ? [] : [region] });
  const home = homeIn(where, assumeRole);
  const there = account !== undefined && account !== (await callerAccount(where));
  const place: Place = { account: there ? account : undefined, region: where };
  const data = await readReport(home, id, place, (read, all) => {
    if (process.stderr.isTTY)
      process.stderr.write(`\rRead ${read} of ${all} instances.${read === all ? "\n" : ""}`);
  });
  const page = reportPage(data);
  writeText(file, page);
  const digest = createHash("sha256").update(page).digest("hex");
  const verdict = verdictOfData(data);
  const say = printer(json);
  say(pc.bold(printable(verdict.headline)));
  say(`${file}  ${pc.dim(`SHA-256 ${digest}`)}`);
  if (json) {
    const { runs, unread } = data.whole?.found ?? {};
    console.log(JSON.stringify({ id, file, sha256: digest, verdict, runs, unread }, null, 2));
  }
  return 0;
}
