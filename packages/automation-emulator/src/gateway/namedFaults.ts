/** What AWS is known to do now and then, as faults by name. */
import { isReadOnly } from "./calls.ts";
import type { Fault, FaultKind, FaultMatch, PendingCall } from "./faults.ts";

/** Narrows a named fault: whose calls, how many. */
export type NamedFaultScope = Pick<
  FaultMatch,
  "accountId" | "executionId" | "step" | "automationOnly" | "nth" | "from" | "times"
>;

type Maker = (scope: NamedFaultScope) => Fault;

/** The parameters that name security groups in the calls that change them or put them on an interface. */
function groupsOf({ parameters }: PendingCall): readonly string[] {
  const { GroupId, Groups, Resources } = parameters;
  return [GroupId, Groups, Resources].flat().filter((id) => typeof id === "string");
}

const makers = {
  /**
   * S3 answers OperationAborted once to PutBucketVersioning and once to PutBucketPolicy of a bucket that was made just
   * now (hashicorp/terraform-provider-aws issue 7628).
   */
  "operation-aborted-after-create-bucket": (scope) => {
    const open = new Set<string>();
    const keyOf = ({ operation, parameters }: PendingCall): string =>
      `${operation} ${String(parameters.Bucket)}`;
    return {
      match: { ...scope, service: "s3", predicate: (call) => open.delete(keyOf(call)) },
      kind: failing(
        "OperationAborted",
        409,
        "A conflicting conditional operation is currently in progress against this resource. Please try again.",
      ),
      observe: (call) => {
        if (call.operation !== "CreateBucket" || call.outcome !== "ok") return;
        for (const operation of ["PutBucketVersioning", "PutBucketPolicy"]) {
          open.add(keyOf({ ...call, operation }));
        }
      },
    };
  },
  /**
   * The first call that changes a group made with a tag, or uses it, is refused: a condition on the tag does not see
   * it yet (hashicorp/terraform-provider-aws issue 6055; for EC2 unproved).
   */
  "unauthorized-after-tagged-group": (scope) => {
    const fresh = new Set<string>();
    return {
      match: {
        ...scope,
        service: "ec2",
        predicate: (call) =>
          !isReadOnly("ec2", call.operation) && groupsOf(call).some((id) => fresh.delete(id)),
      },
      kind: failing(
        "UnauthorizedOperation",
        403,
        "You are not authorized to perform this operation. The tag of the new group is not seen yet.",
      ),
      observe: (call, body) => {
        const tags = call.parameters.TagSpecifications;
        if (call.operation !== "CreateSecurityGroup" || tags === undefined) return;
        const id = /<groupId>([^<]+)<\/groupId>/.exec(body)?.[1];
        if (id !== undefined) fresh.add(id);
      },
    };
  },
  /**
   * Auto Scaling refuses to move an instance in or out of Standby while something else is going on, once unless
   * `times` says otherwise (keikoproj/upgrade-manager issue 77).
   */
  "scaling-activity-in-progress": (scope) => ({
    match: {
      times: 1,
      ...scope,
      service: "autoscaling",
      predicate: ({ operation }) => /^(?:Enter|Exit)Standby$/.test(operation),
    },
    kind: failing(
      "ScalingActivityInProgress",
      400,
      "The operation can't be performed because there are scaling activities in progress.",
    ),
  }),
} satisfies Readonly<Record<string, Maker>>;

export type FaultName = keyof typeof makers;

export const faultNames = Object.keys(makers) as readonly FaultName[];

/** A fault by its name, to be put up like any other. */
export function namedFault(name: FaultName, scope: NamedFaultScope = {}): Fault {
  const make: Maker = makers[name];
  return { ...make(scope), name };
}

const failing = (code: string, status: number, message: string): FaultKind => ({
  error: { code, status, message },
});
