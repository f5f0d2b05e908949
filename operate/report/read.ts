import { GetAutomationExecutionCommand, type SSMClient } from "@aws-sdk/client-ssm";
import { allChildren, allSteps, isFleet } from "../follow.ts";
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
  const children = isFleet(execution) ? await allChildren(client, id) : [];
  return recordOf(execution, await allSteps(client, id), children);
}
