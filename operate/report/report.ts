import { createHash } from "node:crypto";
import { ec2, s3, ssm } from "../../common/clients.ts";
import pc from "../../common/colours.ts";
import { regionsOf } from "../../common/config.ts";
import { printable } from "../../common/printable.ts";
import { writeText } from "../../common/write.ts";
import { homeIn } from "../places.ts";
import { readReport } from "./gather.ts";
import { reportPage, verdictOfData } from "./page.tsx";

/**
 * `npm run report`: writes the report of an execution as one HTML page, and says what it came to.
 *
 * @param file where to write it
 * @param assumeRole name of the role by which runs in other accounts are read
 * @returns exit status: 0 where a report was written, whatever it says
 */
export async function report(
  id: string,
  region: string | undefined,
  file: string,
  assumeRole?: string,
): Promise<number> {
  const [where] = regionsOf({ regions: region === undefined ? [] : [region] });
  const clients = { ssm: ssm(where), ec2: ec2(where), s3: s3(where) };
  const data = await readReport(clients, where, id, homeIn(where, assumeRole));
  const page = reportPage(data);
  writeText(file, page);
  const digest = createHash("sha256").update(page).digest("hex");
  console.log(`${pc.bold(printable(verdictOfData(data).headline))}`);
  console.log(`${file}  ${pc.dim(`SHA-256 ${digest}`)}`);
  return 0;
}
