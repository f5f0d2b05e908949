/** An IAM policy as JSON. @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html */
export interface PolicyJson {
  readonly Version: "2012-10-17";
  readonly Statement: readonly StatementJson[];
}

export interface StatementJson {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<
    Record<string, Readonly<Record<string, string | readonly string[]>>>
  >;
}

/** Where the runbook's role works: parts of ARNs, CDK tokens or plain text. */
export interface PolicyScope {
  readonly partition: string;
  /** A Region, or `*` where the role serves several. */
  readonly region: string;
  readonly accountId: string;
  readonly bucketName?: string;
}

/** The policy for Regions: `*` in its ARNs is narrowed again by a condition on the Region that is called. @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-requestedregion */
export function inRegions(policy: PolicyJson, regions: readonly string[]): PolicyJson {
  if (regions.length < 2) return policy;
  return {
    ...policy,
    Statement: policy.Statement.map((statement) => ({
      ...statement,
      Condition: {
        ...statement.Condition,
        StringEquals: { ...statement.Condition?.StringEquals, "aws:RequestedRegion": regions },
      },
    })),
  };
}
