import type { EC2Client } from "@aws-sdk/client-ec2";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SSMClient } from "@aws-sdk/client-ssm";
import { readCase } from "../case.ts";
import type { Home } from "../places.ts";
import { readEvidence } from "./evidence.ts";
import { groupIdsOf } from "./moments.ts";
import type { ReportData } from "./page.tsx";
import { readDescriptions, readRecord } from "./read.ts";
import { readNetwork } from "./readNetwork.ts";

export interface ReportClients {
  readonly ssm: SSMClient;
  readonly ec2: EC2Client;
  readonly s3: S3Client;
}

/**
 * Gathers all that a report shows: the execution, and of the instance, its groups and its backup what can be read now.
 * Of a run that started others, all that they did, where it is said from where they are read. Only calls that read; without permission for EC2 or S3 the report says what it lacks.
 *
 * @throws what Systems Manager answers for an execution that does not exist or may not be read
 */
export async function readReport(
  clients: ReportClients,
  region: string,
  id: string,
  home?: Home,
): Promise<ReportData> {
  const record = await readRecord(clients.ssm, id);
  const found = home === undefined ? undefined : await readCase(home, id);
  const ofInstance = record.ours && record.children.length === 0 && record.instanceId !== "";
  const [descriptions, now, evidence] = await Promise.all([
    readDescriptions(clients.ssm, record.document),
    ofInstance ? readNetwork(clients.ec2, record.instanceId, groupIdsOf(record)) : undefined,
    ofInstance ? readEvidence(clients.s3, clients.ec2, record) : undefined,
  ]);
  const whole = home !== undefined && found?.fleet ? { whole: { found, home } } : {};
  return { record, region, now, evidence, descriptions, made: new Date(), ...whole };
}
