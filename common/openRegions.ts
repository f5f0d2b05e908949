import { DescribeRegionsCommand } from "@aws-sdk/client-ec2";
import { ec2 } from "./clients.ts";
import { Problem } from "./problem.ts";

/**
 * The Regions that every account has; all others it has only once it opted in.
 *
 * @see https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
 */
const ALWAYS_OPEN = new Set([
  ...["us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1"],
  ...["eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3"],
  ...["ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1"],
  ...["ap-southeast-1", "ap-southeast-2"],
]);

/** Regions of other partitions need no opting in. */
const isAlwaysOpen = (region: string): boolean =>
  ALWAYS_OPEN.has(region) || /^(cn|us-gov|us-iso[a-z]*|eu-isoe|eusc)-/.test(region);

/**
 * The Regions in which the account may do anything. Calls in one that it has not opted in to fail with a word about
 * credentials, which would lead astray. Asked of EC2, and only where there is such a Region; whoever may not ask is
 * taken at their word.
 *
 * @param say hears one line for each Region that is left out
 * @throws Problem where none is left
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html
 */
export async function openRegions(
  regions: readonly [string, ...string[]],
  say: (line: string) => void,
): Promise<readonly [string, ...string[]]> {
  const doubtful = regions.filter((region) => !isAlwaysOpen(region));
  if (doubtful.length === 0) return regions;
  const closed = await closedAmong(doubtful, regions.find(isAlwaysOpen) ?? "us-east-1");
  for (const region of closed)
    say(`${region} is left out: the account has not opted in to this Region.`);
  const [first, ...rest] = regions.filter((region) => !closed.includes(region));
  if (first !== undefined) return [first, ...rest];
  throw new Problem(
    `The account has not opted in to ${closed.join(", ")}.`,
    `Name another Region, or opt in: aws account enable-region --region-name ${closed[0]}`,
  );
}

async function closedAmong(names: readonly string[], from: string): Promise<readonly string[]> {
  try {
    const { Regions = [] } = await ec2(from).send(
      new DescribeRegionsCommand({ AllRegions: true, RegionNames: [...names] }),
    );
    return Regions.filter(({ OptInStatus }) => OptInStatus === "not-opted-in").map(
      ({ RegionName = "" }) => RegionName,
    );
  } catch (error) {
    if (error instanceof Error && /Unauthorized|AccessDenied/.test(error.name)) return [];
    throw error;
  }
}
