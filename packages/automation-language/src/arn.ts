/** What ARNs are made of. @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */

export const accountIdPattern = /^\d{12}$/;

/** The partition that a Region belongs to. @see https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html */
export function partitionOf(region: string): "aws" | "aws-cn" | "aws-us-gov" {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
