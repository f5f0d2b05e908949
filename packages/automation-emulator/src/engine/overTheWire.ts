/** Starts executions as any client does, so that IAM and the log of calls see them. */
import { randomUUID } from "node:crypto";
import {
  SSMClient,
  StartAutomationExecutionCommand,
  type StartAutomationExecutionCommandInput,
} from "@aws-sdk/client-ssm";
import type { Execution } from "./executions.ts";
import type { Expected, Registry } from "./registry.ts";
import type { Credentials } from "./tools.ts";

/** Where an execution is started, and as whom. */
export interface Sender {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Credentials;
  /** For the log of calls; none for what no step does. */
  readonly agent?: string;
}

/**
 * Starts an execution that another one is the parent of.
 *
 * @throws the error of StartAutomationExecution
 */
export async function startOverTheWire(
  registry: Registry,
  { endpoint, region, credentials, agent }: Sender,
  request: StartAutomationExecutionCommandInput,
  expected: Expected,
): Promise<Execution> {
  const ClientToken = randomUUID();
  registry.expected.set(ClientToken, expected);
  const client = new SSMClient({
    endpoint,
    region,
    credentials,
    maxAttempts: 3,
    ...(agent !== undefined && { customUserAgent: `exec-env/${agent}` }),
  });
  try {
    const command = new StartAutomationExecutionCommand({ ...request, ClientToken });
    const { AutomationExecutionId: id = "" } = await client.send(command);
    const child = registry.get(id);
    if (child === undefined) throw new Error(`The execution ${id} is not known.`);
    return child;
  } finally {
    registry.expected.delete(ClientToken);
    client.destroy();
  }
}
