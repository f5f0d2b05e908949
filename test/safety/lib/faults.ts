/** The kinds of faults, and what each looks like for a given call. */
import type { AwsCall } from "automation-emulator/gateway/calls";
import type { Fault, FaultKind, PendingCall } from "automation-emulator/gateway/faults";

/** A call of a clean run, by which the same call of another run is known: ids differ from account to account. */
export interface Planned {
  readonly step: string;
  readonly service: string;
  readonly operation: string;
  /** Which of the step's calls of this operation, from 1. */
  readonly nth: number;
  readonly readOnly: boolean;
}

/** The calls of an execution, in their order. */
export function plannedCalls(calls: readonly AwsCall[]): readonly Planned[] {
  const seen = new Map<string, number>();
  return calls.flatMap(({ step, service, operation, readOnly, requestedDryRun }) => {
    if (step === undefined) return [];
    const key = `${step} ${service}:${operation}`;
    const nth = (seen.get(key) ?? 0) + 1;
    seen.set(key, nth);
    return [{ step, service, operation, nth, readOnly: readOnly || requestedDryRun === true }];
  });
}

export const nameOf = ({ step, service, operation, nth }: Planned): string =>
  `${step} ${service}:${operation} ${nth}`;

export const kinds = [
  "denied",
  "throttled for a while",
  "throttled on and on",
  "internal error",
  "timeout after effect",
  "no answer ever, though it took effect",
  "not found for a while",
  "quota exceeded",
  "throttled everywhere from here on",
  "killed before",
  "killed after",
  "cancelled before",
  "cancelled after",
] as const;
export type Kind = (typeof kinds)[number];

export const isCrash = (kind: Kind): boolean => kind.startsWith("killed");

/** The fault of a kind at a call of an account; undefined where AWS has no such fault for the operation. */
export function faultAt(call: Planned, kind: Kind, accountId: string): Fault | undefined {
  const at = (fault: FaultKind | undefined, on: "once" | "twice" | "same" | "operation") =>
    fault && { match: matching(call, accountId, on), kind: fault };
  switch (kind) {
    case "denied":
      return at({ error: { code: denials[call.service] ?? "AccessDenied", status: 403 } }, "same");
    case "throttled for a while":
      return at({ throttle: true }, "twice");
    case "throttled on and on":
      return at({ throttle: true }, "same");
    case "throttled everywhere from here on":
      return call.readOnly ? undefined : at({ throttle: true }, "operation");
    case "internal error":
      return at({ error: { code: "InternalError", status: 500 } }, "same");
    case "timeout after effect":
      return at({ timeoutAfterEffect: true }, "once");
    case "no answer ever, though it took effect":
      return call.readOnly ? undefined : at({ timeoutAfterEffect: true }, "same");
    case "not found for a while":
      return at(errorOf(missing[call.operation], 400), "twice");
    case "quota exceeded":
      return at(errorOf(quotas[call.operation], 400), "same");
    case "killed before":
      return at({ kill: "before" }, "once");
    case "killed after":
      return call.readOnly ? undefined : at({ kill: "after" }, "once");
    case "cancelled before":
      return at({ cancel: "before" }, "once");
    case "cancelled after":
      return call.readOnly ? undefined : at({ cancel: "after" }, "once");
  }
}

const errorOf = (code: string | undefined, status: number): FaultKind | undefined =>
  code === undefined ? undefined : { error: { code, status } };

/**
 * `once`: the planned call; `twice`: and the next with the same parameters; `same`: every one with the same
 * parameters in this step, so that repeating it does not help; `operation`: that operation in whatever step from then on.
 */
function matching(
  { step, service, operation, nth }: Planned,
  accountId: string,
  on: "once" | "twice" | "same" | "operation",
): Fault["match"] {
  let count = 0;
  let victim: string | undefined;
  const predicate = (call: PendingCall): boolean => {
    const text = JSON.stringify(call.parameters);
    if (victim === undefined) {
      if (call.step !== step) return false;
      count += 1;
      if (count !== nth) return false;
      victim = text;
      return true;
    }
    return on === "operation" || (call.step === step && text === victim);
  };
  const times = on === "once" ? { times: 1 } : on === "twice" ? { times: 2 } : {};
  return { accountId, service, operation, automationOnly: true, predicate, ...times };
}

const denials: Readonly<Record<string, string>> = {
  ec2: "UnauthorizedOperation",
  kms: "AccessDeniedException",
};

/** @see https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html */
const missing: Readonly<Record<string, string>> = {
  AuthorizeSecurityGroupEgress: "InvalidGroup.NotFound",
  AuthorizeSecurityGroupIngress: "InvalidGroup.NotFound",
  RevokeSecurityGroupEgress: "InvalidGroup.NotFound",
  ModifyNetworkInterfaceAttribute: "InvalidGroup.NotFound",
  CopyImage: "InvalidAMIID.NotFound",
  PutObject: "NoSuchBucket",
  PutBucketVersioning: "NoSuchBucket",
  PutBucketPolicy: "NoSuchBucket",
};

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html */
const quotas: Readonly<Record<string, string>> = {
  CreateSecurityGroup: "SecurityGroupLimitExceeded",
  AuthorizeSecurityGroupEgress: "RulesPerSecurityGroupLimitExceeded",
  AuthorizeSecurityGroupIngress: "RulesPerSecurityGroupLimitExceeded",
  ModifyNetworkInterfaceAttribute: "SecurityGroupsPerInterfaceLimitExceeded",
  CreateTags: "TagLimitExceeded",
  CreateImage: "SnapshotLimitExceeded",
  CopyImage: "ResourceLimitExceeded",
  CreateBucket: "TooManyBuckets",
  CreateOrUpdateTags: "LimitExceeded",
  UpdateAutoScalingGroup: "ScalingActivityInProgress",
  EnterStandby: "ResourceContention",
  ExitStandby: "ResourceContention",
};
