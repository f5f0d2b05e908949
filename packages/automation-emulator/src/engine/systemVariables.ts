import { partitionOf } from "automation-language/arn";
import type { EngineTime } from "./clock.ts";
import type { Execution } from "./executions.ts";

/**
 * The values of `global:…` and `automation:…` as they are now: "The value injected into the document is relative to when
 * the substitution occurs", so a later step sees a later time.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-variables.html
 */
export function systemVariables(
  time: Pick<EngineTime, "now">,
  { id, accountId, region }: Pick<Execution, "id" | "accountId" | "region">,
): ReadonlyMap<string, string> {
  const now = new Date(time.now()).toISOString();
  const date = now.slice(0, 10);
  return new Map([
    ["global:ACCOUNT_ID", accountId],
    ["global:REGION", region],
    ["global:AWS_PARTITION", partitionOf(region)],
    ["global:DATE", date],
    ["global:DATE_TIME", `${date}_${now.slice(11, 19).replaceAll(":", ".")}`],
    ["automation:EXECUTION_ID", id],
  ]);
}
