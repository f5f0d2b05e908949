import { setTimeout as wait } from "node:timers/promises";
import type { EC2Client } from "@aws-sdk/client-ec2";
import type { IAMClient } from "@aws-sdk/client-iam";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SSMClient } from "@aws-sdk/client-ssm";
import pRetry from "p-retry";
import { ec2, iam, s3, ssm } from "../common/clients.ts";
import type { Registry } from "./registry.ts";

export interface Clients {
  readonly ec2: EC2Client;
  readonly iam: IAMClient;
  readonly s3: S3Client;
  readonly ssm: SSMClient;
}

export const clientsIn = (region: string): Clients => ({
  ec2: ec2(region),
  iam: iam(region),
  s3: s3(region),
  ssm: ssm(region),
});

/** An account and Region, and how to reach it. */
export interface Target {
  readonly account: string;
  readonly region: string;
  readonly clients: Clients;
}

/** One run of the probes: what they are given, and what they make. */
export interface Run extends Target {
  /** Part of the name, or the tag, of all that the run makes. */
  readonly id: string;
  readonly registry: Registry;
  /** Aborted when the person wants to end it. */
  readonly signal: AbortSignal;
  /** Seconds between two looks at AWS. */
  readonly interval: number;
  /** Waits as long as so many looks take. @throws the signal's reason when it is aborted */
  wait(looks: number): Promise<void>;
  /** Looks until something is there. @throws Error that says what did not come, or the signal's reason */
  until<T>(what: string, looks: number, look: () => Promise<T | undefined>): Promise<T>;
  /** Does again what AWS refuses because it does not know yet of something that was made just now. */
  eventually<T>(work: () => Promise<T>): Promise<T>;
  /** The result of a work that several probes need, done once. */
  once<T>(name: string, work: () => Promise<T>): Promise<T>;
}

/** The tag on all that a run makes and that can have one; its value is the run's id. */
export const RUN_TAG = "ContainAcceptanceRun";

/** Names that AWS takes for documents, roles, profiles and buckets alike, and by which they are found again. */
export const nameOf = (id: string, what: string): string => `contain-acceptance-${id}-${what}`;

export const tagsOf = ({ id }: Pick<Run, "id">): { Key: string; Value: string }[] => [
  { Key: RUN_TAG, Value: id },
  { Key: "Name", Value: nameOf(id, "run") },
];

export function startRun(
  target: Target,
  given: Pick<Run, "id" | "registry" | "signal" | "interval">,
): Run {
  const { signal, interval } = given;
  const done = new Map<string, Promise<unknown>>();
  const pause = async (looks: number): Promise<void> => {
    signal.throwIfAborted();
    // Its own error says nothing of why.
    await wait(looks * interval * 1000, undefined, { signal }).catch(() => undefined);
    signal.throwIfAborted();
  };
  return {
    ...target,
    ...given,
    wait: pause,
    until: async (what, looks, look) => {
      for (let left = looks; left > 0; left--) {
        const found = await look();
        if (found !== undefined) return found;
        await pause(1);
      }
      throw new Error(`${what} did not come in ${Math.round(looks * interval)} s.`);
    },
    eventually: (work) =>
      pRetry(work, {
        ...{ retries: 12, factor: 1.5, minTimeout: interval * 1000, maxTimeout: 15_000, signal },
        shouldRetry: ({ error }) => isTooEarly(error),
      }),
    once: <T>(name: string, work: () => Promise<T>) => {
      const known = done.get(name) as Promise<T> | undefined;
      const promise = known ?? work();
      done.set(name, promise);
      return promise;
    },
  };
}

/**
 * What AWS answers while it does not know yet of a role, a profile or a resource.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
 * @see https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
 */
const isTooEarly = (error: Error): boolean =>
  /NotFound/.test(error.name) ||
  /assume role|Invalid IAM Instance Profile|OperationAborted/i.test(
    `${error.name} ${error.message}`,
  );
