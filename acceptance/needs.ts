/** What probes have to have made for them, in words for who is asked whether it may be. */
export const NEEDS = {
  bucket: "1 S3 bucket, private and versioned, for backups and for what scripts write down",
  "probe role": "1 IAM role that the probes' own documents act as",
  "runbook role": "1 IAM role with the runbook's policy",
  network:
    "1 VPC with a subnet, an internet gateway, a route table, up to 4 security groups, 1 network interface",
  instances:
    "2 EC2 instances (t3.nano, Amazon Linux 2023, a disk of 8 GB and a public address each), 1 IAM role and instance profile for Run Command",
} as const;

export type Need = keyof typeof NEEDS;
