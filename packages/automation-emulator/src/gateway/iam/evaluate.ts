/** One requirement against a principal's policies. */
import { isWildcardOnlyAction, runSimulation } from "@cloud-copilot/iam-simulate";
import type { NamedPolicy } from "./policies.ts";
import type { Requirement } from "./requirement.ts";

export interface Principal {
  /** The ARN that makes the call, a service principal such as `ssm.amazonaws.com`, or `anonymous`. */
  readonly arn: string;
  readonly identity: readonly NamedPolicy[];
  readonly boundary?: NamedPolicy;
  readonly session?: unknown;
  /** `aws:PrincipalArn`, `aws:PrincipalTag/…` and the like. */
  readonly context: Requirement["context"];
}

export type Decision =
  | { readonly result: "allowed" }
  | { readonly result: "denied"; readonly message: string }
  /** Nobody could decide, because the action is unknown to the reference or a policy is not valid. */
  | { readonly result: "undecided"; readonly reason: string };

/** Decides as IAM does and says why in IAM's words. */
export async function evaluate(principal: Principal, need: Requirement): Promise<Decision> {
  const resource = await checkedResource(need);
  const outcome = await runSimulation(
    {
      request: {
        principal: principal.arn === "anonymous" ? { type: "Anonymous" } : principal.arn,
        action: need.action,
        resource: { resource, accountId: need.resourceAccount },
        contextVariables: {
          ...globalContext(),
          "aws:ResourceAccount": need.resourceAccount,
          ...principal.context,
          ...need.context,
        },
      },
      identityPolicies: [...principal.identity],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(principal.boundary !== undefined && { permissionBoundaryPolicies: [principal.boundary] }),
      ...(principal.session !== undefined && { sessionPolicy: principal.session }),
      ...(need.resourcePolicy !== undefined && { resourcePolicy: need.resourcePolicy }),
    },
    {},
  );
  if (outcome.resultType === "error") {
    return { result: "undecided", reason: JSON.stringify(outcome.errors) };
  }
  if (outcome.overallResult === "Allowed") return { result: "allowed" };
  const analysis =
    outcome.resultType === "single" ? outcome.result.analysis : outcome.results[0]?.analysis;
  const on = resource === "*" ? "" : ` on resource: ${need.shown ?? need.resource}`;
  const what = `User: ${principal.arn} is not authorized to perform: ${need.action}${on}`;
  // STS says no more than that: the reason would tell of another account's trust policy.
  const why = need.action === "sts:AssumeRole" ? "" : ` ${reason(need.action, analysis)}`;
  return { result: "denied", message: `${what}${why}` };
}

/** An action that knows no resources is checked against all, whatever the request names. */
async function checkedResource({ action, resource }: Requirement): Promise<string> {
  const [service = "", name = ""] = action.split(":");
  return resource === "*" || (await isWildcardOnlyAction(service, name)) ? "*" : resource;
}

type Analysis = {
  readonly identityAnalysis?: { readonly result: string } | undefined;
  readonly sessionAnalysis?: { readonly result: string } | undefined;
  readonly resourceAnalysis?: { readonly result: string } | undefined;
  readonly permissionBoundaryAnalysis?: { readonly result: string } | undefined;
};

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
function reason(action: string, analysis: Analysis | undefined): string {
  const is = (part: keyof Analysis, result: string): boolean => analysis?.[part]?.result === result;
  if (is("identityAnalysis", "ExplicitlyDenied")) {
    return "with an explicit deny in an identity-based policy";
  }
  if (is("resourceAnalysis", "ExplicitlyDenied") || is("resourceAnalysis", "DeniedForAccount")) {
    return "with an explicit deny in a resource-based policy";
  }
  if (is("permissionBoundaryAnalysis", "ExplicitlyDenied")) {
    return "with an explicit deny in a permissions boundary";
  }
  if (is("sessionAnalysis", "ExplicitlyDenied")) return "with an explicit deny in a session policy";
  if (!is("identityAnalysis", "Allowed")) {
    return `because no identity-based policy allows the ${action} action`;
  }
  if (is("permissionBoundaryAnalysis", "ImplicitlyDenied")) {
    return `because no permissions boundary allows the ${action} action`;
  }
  if (is("sessionAnalysis", "ImplicitlyDenied")) {
    return `because no session policy allows the ${action} action`;
  }
  return `because no resource-based policy allows the ${action} action`;
}

/** Calls reach AWS over TLS, from the service itself. */
function globalContext(): Requirement["context"] {
  const now = new Date();
  return {
    "aws:CurrentTime": now.toISOString(),
    "aws:EpochTime": String(Math.floor(now.getTime() / 1000)),
    "aws:SecureTransport": "true",
    "aws:SourceIp": "127.0.0.1",
    "aws:ViaAWSService": "false",
  };
}
