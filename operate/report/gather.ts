import pLimit from "p-limit";
import { explained } from "../../common/explain.ts";
import { readCase } from "../case.ts";
import type { Clients, Home, Place } from "../places.ts";
import type { WholeCase } from "./caseSection.tsx";
import { readEvidence } from "./evidence.ts";
import { groupIdsOf } from "./moments.ts";
import type { ReportData } from "./page.tsx";
import type { InstanceData } from "./parts.tsx";
import { readDescriptions, readRecord } from "./read.ts";
import { readNetwork } from "./readNetwork.ts";

/** Instances that are read at the same time: Systems Manager answers three such calls a second. @see https://docs.aws.amazon.com/general/latest/gr/ssm.html */
const AT_ONCE = 3;

/**
 * Gathers all that a report shows: the execution, and of the instance, its groups and its backup what can be read now;
 * of a run that started others the same of each of them. Only calls that read; without permission for EC2 or S3 the
 * report says what it lacks.
 *
 * @param place where the execution is, when not at home
 * @param onRead is told how many of a run's instances were read
 * @throws what Systems Manager answers for an execution that does not exist or may not be read
 */
export async function readReport(
  home: Home,
  id: string,
  place: Place = { account: undefined, region: home.region },
  onRead: (read: number, all: number) => void = () => {},
): Promise<ReportData> {
  const data = await readInstance(await home.clientsAt(place), place.region, id);
  const made = new Date();
  if (data.record.targeting.length === 0) return { ...data, made };
  return { ...data, made, whole: await readWhole(home, id, place, onRead) };
}

/** What an execution did, and what it was about as it is now. */
async function readInstance(clients: Clients, region: string, id: string): Promise<InstanceData> {
  const record = await readRecord(clients.ssm, id);
  const ofInstance = record.ours && record.instanceId !== "";
  const [descriptions, now, evidence] = await Promise.all([
    readDescriptions(clients.ssm, record.document),
    ofInstance ? readNetwork(clients.ec2, record.instanceId, groupIdsOf(record)) : undefined,
    ofInstance ? readEvidence(clients.s3, clients.ec2, record) : undefined,
  ]);
  return { record, region, now, evidence, descriptions };
}

async function readWhole(
  home: Home,
  id: string,
  place: Place,
  onRead: (read: number, all: number) => void,
): Promise<WholeCase> {
  const found = await readCase(home, id, place);
  const limit = pLimit(AT_ONCE);
  let read = 0;
  const each = await Promise.all(
    found.runs.map((run) =>
      limit(async (): Promise<readonly [string, InstanceData | string]> => {
        try {
          const clients = await home.clientsAt(run.place);
          return [run.id, await readInstance(clients, run.place.region, run.id)];
        } catch (error) {
          return [run.id, explained(error)];
        } finally {
          read += 1;
          onRead(read, found.runs.length);
        }
      }),
    ),
  );
  return { found, home, each: new Map(each) };
}
