/** Decides which calls IAM lets through. */
import { accountIdPattern, partitionOf, roleIn } from "automation-language/arn";
import type { Admin } from "../admin.ts";
import { isReadOnly } from "../calls.ts";
import type { DecodedCall } from "../decode.ts";
import { denialError, type ServiceError } from "../errors.ts";
import type { Identities } from "../identities.ts";
import type { Authorizer, Verdict } from "../ports.ts";
import { evaluate, type Principal } from "./evaluate.ts";
import { createFacts, type Facts } from "./facts.ts";
import { type CheckedGuardrails, createGuardrails, type Guardrails } from "./guardrails.ts";
import { createPolicyStore, type PolicyStore, type RolePolicies } from "./policies.ts";
import type { Requirement } from "./requirement.ts";
import { requirementsOf, wildcardRequirement } from "./requirements.ts";

export interface IamAuthorizer extends Authorizer {
  readonly guardrails: Guardrails;
  /**
   * Enforces IAM for all roles of an account (12 digits) or for one role (its ARN); `*` is everyone.
   * Gives the function that ends it.
   */
  enforce(target: string): () => void;
  /** Back to the start: enforces what it did then, knows no resources, has no guardrails. */
  reset(): void;
}

interface Parts {
  readonly store: PolicyStore;
  readonly facts: Facts;
  readonly identities: Identities;
  readonly guardrails: CheckedGuardrails;
  /** Operations that have been warned of. */
  readonly warned: Set<string>;
}

/** What a call must be allowed, found out once and only where somebody asks; undefined as of `requirementsOf`. */
type Needs = () => ReturnType<typeof requirementsOf>;

/**
 * Roles are held to their policies; the administrators of accounts may do everything, but for assuming a
 * role whose trust policy does not name them.
 */
export function createAuthorizer(
  admin: Admin,
  identities: Identities,
  everyone: boolean,
): IamAuthorizer {
  const atStart = (): readonly { readonly target: string }[] => (everyone ? [{ target: "*" }] : []);
  let enforcements = atStart();
  const parts: Parts = {
    store: createPolicyStore(admin),
    facts: createFacts(admin),
    identities,
    guardrails: createGuardrails(),
    warned: new Set(),
  };
  const enforced = (roleArn: string): boolean =>
    enforcements.some(({ target }) => ["*", roleArn, roleArn.split(":")[4]].includes(target));
  return {
    guardrails: parts.guardrails,
    reset: () => {
      enforcements = atStart();
      parts.store.forget();
      parts.facts.forget();
      parts.guardrails.clear();
      parts.warned.clear();
    },
    enforce: (target) => {
      if (target !== "*" && !accountIdPattern.test(target) && roleIn(target) === undefined) {
        throw new Error(`${target} is neither an account id, nor the ARN of a role, nor *.`);
      }
      const enforcement = { target };
      enforcements = [...enforcements, enforcement];
      return () => {
        enforcements = enforcements.filter((other) => other !== enforcement);
      };
    },
    authorize: async (call) => {
      let found: ReturnType<typeof requirementsOf> | undefined;
      const needs: Needs = () => {
        found ??= requirementsOf(call, parts.facts);
        return found;
      };
      const denied = await guarded(parts, call, needs);
      if (denied !== undefined) return { denied };
      if (call.service === "sts" && call.operation === "AssumeRole") {
        return enforced(String(call.parameters.RoleArn ?? ""))
          ? authorizeAssumeRole(parts, call)
          : {};
      }
      const session = identities.session(call.accessKeyId);
      if (session !== undefined && enforced(session.roleArn))
        return authorizeRole(parts, call, needs);
      return call.service === "s3" ? authorizeByBucket(parts, call, needs) : {};
    },
    answered: (call) => {
      // CloudFormation makes roles without a call to IAM that would pass here.
      const writes = call.service === "iam" || call.service === "cloudformation";
      if (writes && !isReadOnly(call.service, call.operation)) parts.store.forget();
      if (call.service === "organizations" && !isReadOnly(call.service, call.operation))
        parts.facts.forgetOrganizations();
    },
  };
}

/** The refusal of a guardrail. The service itself, which takes an execution's role, is under none. */
async function guarded(
  parts: Parts,
  call: DecodedCall,
  needs: Needs,
): Promise<ServiceError | undefined> {
  if (!parts.guardrails.any) return undefined;
  const own = parts.identities.session(call.accessKeyId) === undefined;
  if (own && call.operation === "AssumeRole" && serviceOf(call) !== undefined) return undefined;
  const need = parts.guardrails.denied(call, (await needs()) ?? [wildcardRequirement(call)]);
  if (need === undefined) return undefined;
  const on = need.resource === "*" ? "" : ` on resource: ${need.shown ?? need.resource}`;
  return denialError(
    call,
    `User: ${call.principal} is not authorized to perform: ${need.action}${on} with an explicit deny in a service control policy`,
  );
}

/**
 * Whoever is held to no policies of an own may still be denied by a bucket policy, and needs one in another account.
 * The owner may always mend a policy that denies everything.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-s3-evaluates-access-control.html
 */
async function authorizeByBucket(parts: Parts, call: DecodedCall, needs: Needs): Promise<Verdict> {
  const { Bucket } = call.parameters;
  if (typeof Bucket !== "string" || call.operation === "CreateBucket") return {};
  const open = ((await needs()) ?? []).filter(
    ({ action, resourceAccount, resourcePolicy }) =>
      action.startsWith("s3:") &&
      (resourcePolicy !== undefined || resourceAccount !== call.accountId) &&
      !(resourceAccount === call.accountId && ownersAlways.has(call.operation)),
  );
  if (open.length === 0) return {};
  const anonymous = call.accessKeyId === "";
  const principal: Principal = anonymous
    ? { arn: "anonymous", identity: [], context: {} }
    : await administratorOf(parts, call);
  return check(parts, call, principal, open);
}

const ownersAlways = new Set(["GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy"]);

/** The caller, allowed everything that its account can allow. */
async function administratorOf(parts: Parts, call: DecodedCall): Promise<Principal> {
  const session = parts.identities.session(call.accessKeyId);
  return {
    arn: call.principal,
    identity: [administrator],
    context: {
      "aws:PrincipalArn": session?.roleArn ?? call.principal,
      "aws:PrincipalAccount": call.accountId,
      ...(await organizationContext(parts, call, call.accountId, "aws:PrincipalOrgID")),
    },
  };
}

async function authorizeRole(parts: Parts, call: DecodedCall, needsOf: Needs): Promise<Verdict> {
  const principal = await sessionPrincipal(parts, call);
  const needs = await needsOf();
  const verdict = await check(parts, call, principal, needs ?? [wildcardRequirement(call)]);
  if (verdict.denied !== undefined) return verdict;
  const name = `${call.service}:${call.operation}`;
  if (needs === undefined && verdict.warning === undefined && !parts.warned.has(name)) {
    parts.warned.add(name);
    const warning = `IAM: ${name} has no entry in the emulator's table and was checked on every resource only`;
    return { ...verdict, warning };
  }
  const hidesMissing = await hidesMissingKey(call, principal, needs ?? []);
  return { ...verdict, ...(hidesMissing && { hidesMissing }) };
}

/**
 * Whoever may not list a bucket learns nothing of keys that are not in it: 403 in place of 404.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
async function hidesMissingKey(
  call: DecodedCall,
  principal: Principal,
  needs: readonly Requirement[],
): Promise<boolean> {
  const [need] = needs;
  if (call.service !== "s3" || !/^(?:Get|Head)Object$/.test(call.operation) || need === undefined) {
    return false;
  }
  const bucket = need.resource.slice(0, need.resource.indexOf("/"));
  const listing = { ...need, action: "s3:ListBucket", resource: bucket };
  return (await evaluate(principal, listing)).result !== "allowed";
}

async function check(
  parts: Parts,
  call: DecodedCall,
  principal: Principal,
  needs: readonly Requirement[],
): Promise<Verdict> {
  for (const need of needs) {
    const owner = await organizationContext(parts, call, need.resourceAccount, "aws:ResourceOrgID");
    const decision = await evaluate(principal, {
      ...need,
      context: { ...owner, ...need.context },
    });
    if (decision.result === "denied") return { denied: denialError(call, decision.message) };
    if (decision.result === "undecided") {
      return { warning: `IAM: ${need.action} could not be checked: ${decision.reason}` };
    }
  }
  return {};
}

async function sessionPrincipal(parts: Parts, call: DecodedCall): Promise<Principal> {
  const session = parts.identities.session(call.accessKeyId);
  const role = session === undefined ? undefined : await parts.store.role(session.roleArn);
  if (session === undefined || role === undefined) {
    // The role has been deleted: AWS refuses its sessions.
    return { arn: call.principal, identity: [], context: {} };
  }
  return {
    arn: call.principal,
    identity: role.identity,
    ...(role.boundary !== undefined && { boundary: role.boundary }),
    ...(session.policy !== undefined && { session: JSON.parse(session.policy) as unknown }),
    context: {
      "aws:PrincipalArn": session.roleArn,
      "aws:PrincipalAccount": session.accountId,
      "aws:PrincipalType": "AssumedRole",
      "aws:RequestedRegion": call.region,
      ...(await organizationContext(parts, call, session.accountId, "aws:PrincipalOrgID")),
      ...principalTags({ ...role.tags, ...session.tags }),
    },
  };
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalorgid */
async function organizationContext(
  { facts }: Parts,
  { region }: DecodedCall,
  accountId: string,
  key: "aws:PrincipalOrgID" | "aws:ResourceOrgID",
): Promise<Requirement["context"]> {
  const id = await facts.organization({ accountId, region });
  return id === undefined ? {} : { [key]: id };
}

function principalTags(tags: RolePolicies["tags"]): Requirement["context"] {
  return Object.fromEntries(
    Object.entries(tags).map(([key, value]) => [`aws:PrincipalTag/${key}`, value]),
  );
}

/** Administrators may do everything, as far as their own policies go. */
const administrator = {
  name: "AdministratorAccess",
  policy: {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
  },
};

/**
 * AssumeRole: the caller's own policies and the role's trust policy must both allow it. A call that the
 * emulator makes for an execution or a rule, with the account's own key, comes from the service.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-setup-iam.html
 */
async function authorizeAssumeRole(parts: Parts, call: DecodedCall): Promise<Verdict> {
  const roleArn = String(call.parameters.RoleArn ?? "");
  const role = await parts.store.role(roleArn);
  const resourceAccount = roleArn.split(":")[4] ?? call.accountId;
  const { ExternalId, RoleSessionName } = call.parameters;
  const need: Requirement = {
    action: "sts:AssumeRole",
    resource: roleArn,
    resourceAccount,
    context: {
      ...(ExternalId !== undefined && { "sts:ExternalId": String(ExternalId) }),
      ...(RoleSessionName !== undefined && { "sts:RoleSessionName": String(RoleSessionName) }),
    },
    resourcePolicy: role?.trust ?? trustsNobody,
  };
  const session = parts.identities.session(call.accessKeyId);
  if (session !== undefined) return check(parts, call, await sessionPrincipal(parts, call), [need]);
  const service = serviceOf(call);
  if (service !== undefined) return check(parts, call, service, [need]);
  return check(parts, call, await administratorOf(parts, call), [need]);
}

/**
 * The service that makes a call with the account's own key: Systems Manager for an execution, EventBridge for a rule.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
 */
function serviceOf({ region, accountId, executionId, rule }: DecodedCall): Principal | undefined {
  const home = (name: string): string =>
    `arn:${partitionOf(region)}:${name}:${region}:${accountId}`;
  if (executionId !== undefined)
    return service(accountId, "ssm", `${home("ssm")}:automation-execution/${executionId}`);
  if (rule !== undefined) return service(accountId, "events", `${home("events")}:rule/${rule}`);
  return undefined;
}

function service(accountId: string, name: string, sourceArn: string): Principal {
  return {
    arn: `${name}.amazonaws.com`,
    identity: [],
    context: {
      "aws:SourceAccount": accountId,
      "aws:SourceArn": sourceArn,
      "aws:PrincipalIsAWSService": "true",
      "aws:PrincipalServiceName": `${name}.amazonaws.com`,
    },
  };
}

/** The trust policy of a role that is not there. */
const trustsNobody = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Deny", Principal: "*", Action: "sts:AssumeRole", Resource: "*" }],
};
