import type { Need } from "./needs.ts";
import type { Probe } from "./probe.ts";

/**
 * US dollars in us-east-1, from the price lists of the services, without any free tier.
 *
 * @see https://aws.amazon.com/ec2/pricing/on-demand/
 * @see https://aws.amazon.com/vpc/pricing/ (public IPv4 addresses)
 * @see https://aws.amazon.com/ebs/pricing/
 * @see https://aws.amazon.com/systems-manager/pricing/ (Automation)
 * @see https://aws.amazon.com/s3/pricing/
 */
export const PRICES = {
  date: "2026-11-25",
  instanceHour: 0.0052,
  addressHour: 0.005,
  diskGigabyteMonth: 0.08,
  step: 0.002,
  scriptSecond: 0.000_03,
  putRequest: 0.000_005,
} as const;

/** What other Regions cost at most, as a multiple of us-east-1. */
const OTHER_REGIONS = 2;

/** EC2 bills a started hour of a machine that was forgotten; a run takes some twenty minutes. */
const HOURS = 1;
const HOURS_A_MONTH = 730;
const GIGABYTES = 8;
const INSTANCES = 2;

/** A line of the costs, in US dollars. */
export interface Cost {
  readonly what: string;
  readonly dollars: number;
}

/** At most what a run of these probes costs. */
export function costsOf(
  probes: readonly Probe[],
  needs: readonly Need[],
  region: string,
): readonly Cost[] {
  const factor = region === "us-east-1" ? 1 : OTHER_REGIONS;
  const sum = (of: (probe: Probe) => number): number =>
    probes.reduce((total, probe) => total + of(probe), 0);
  const [steps, seconds] = [
    sum(({ costs }) => costs.steps),
    sum(({ costs }) => costs.scriptSeconds),
  ];
  const machine =
    PRICES.instanceHour +
    PRICES.addressHour +
    (PRICES.diskGigabyteMonth * GIGABYTES) / HOURS_A_MONTH;
  return [
    ...(needs.includes("instances")
      ? [{ what: `${INSTANCES} instances for an hour`, dollars: INSTANCES * HOURS * machine }]
      : []),
    {
      what: `${steps} steps of automations, ${seconds} s of scripts`,
      dollars: steps * PRICES.step + seconds * PRICES.scriptSecond,
    },
    // A script that writes down its seconds puts an object each.
    ...(needs.includes("bucket")
      ? [{ what: `${seconds} requests to S3`, dollars: seconds * PRICES.putRequest }]
      : []),
  ].map(({ what, dollars }) => ({ what, dollars: dollars * factor }));
}

/** Rounded up, as a promise of an upper bound must be. */
export const cents = (costs: readonly Cost[]): number =>
  Math.ceil(costs.reduce((sum, { dollars }) => sum + dollars, 0) * 100);
