import { GetAutomationExecutionCommand, type SSMClient } from "@aws-sdk/client-ssm";
import { isMap, isSeq, parseDocument } from "yaml";
import { content } from "../../common/published.ts";
import { allSteps } from "../follow.ts";
import { type RunRecord, recordOf } from "./record.ts";

/**
 * Reads an execution, of AWS or the emulator.
 *
 * @param id of the execution; one of another account or Region is not found
 * @throws AutomationExecutionNotFoundException, and what else Systems Manager answers; see common/explain.ts
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetAutomationExecution.html
 */
export async function readRecord(client: SSMClient, id: string): Promise<RunRecord> {
  const { AutomationExecution: execution } = await client.send(
    new GetAutomationExecutionCommand({ AutomationExecutionId: id }),
  );
  if (execution === undefined) throw new Error(`Systems Manager gave no execution for ${id}.`);
  return recordOf(execution, await allSteps(client, id));
}

/**
 * What a document says of its steps, by their names: of the version that ran. Empty where it may not be read, or is
 * gone: a report does without.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetDocument.html
 */
export async function readDescriptions(
  client: SSMClient,
  { name, version }: RunRecord["document"],
): Promise<ReadonlyMap<string, string>> {
  const text = await content(client, name, version).catch(() => "");
  const steps = parseDocument(text, { logLevel: "silent" }).get("mainSteps");
  const found = (isSeq(steps) ? steps.items : []).filter(isMap);
  return new Map(
    found.map((step) => [String(step.get("name")), String(step.get("description") ?? "")]),
  );
}
