/** The policies of a role, as moto's IAM has them. */
import { roleIn } from "automation-language/arn";
import type { Admin } from "../admin.ts";
import { kept } from "../kept.ts";
import { child, children, text, type XmlNode } from "../xml.ts";
import { parsePolicy } from "./facts.ts";

export interface NamedPolicy {
  readonly name: string;
  readonly policy: unknown;
}

export interface RolePolicies {
  /** Inline and attached managed policies. */
  readonly identity: readonly NamedPolicy[];
  readonly boundary?: NamedPolicy;
  readonly trust: unknown;
  readonly tags: Readonly<Record<string, string>>;
}

export interface PolicyStore {
  /** undefined for a role that does not exist. */
  role(arn: string): Promise<RolePolicies | undefined>;
  /** Forgets everything: a call may have changed IAM. */
  forget(): void;
}

export function createPolicyStore(admin: Admin): PolicyStore {
  const roles = new Map<string, Promise<RolePolicies | undefined>>();
  return {
    role: (arn) => kept(roles, arn, () => load(admin, arn)),
    forget: () => roles.clear(),
  };
}

async function load(admin: Admin, arn: string): Promise<RolePolicies | undefined> {
  const named = roleIn(arn);
  if (named === undefined) return undefined;
  const { accountId, name } = named;
  const iam = async (
    action: string,
    parameters: Record<string, string>,
  ): Promise<XmlNode | undefined> => {
    const { status, root } = await admin.query(
      { accessKeyId: accountId, region: "us-east-1", service: "iam" },
      { Action: action, Version: "2010-05-08", ...parameters },
    );
    if (status === 404) return undefined;
    if (status !== 200)
      throw new Error(`moto answered ${action} for ${arn} with status ${status}.`);
    return child(root, `${action}Result`);
  };
  const managed = async (policyArn: string): Promise<NamedPolicy> => {
    const policy = await iam("GetPolicy", { PolicyArn: policyArn });
    const version = text(child(child(policy, "Policy"), "DefaultVersionId"));
    const found = await iam("GetPolicyVersion", { PolicyArn: policyArn, VersionId: version });
    const document = text(child(child(found, "PolicyVersion"), "Document"));
    return { name: policyArn, policy: parsePolicy(document) };
  };
  const inline = async (policyName: string): Promise<NamedPolicy> => {
    const found = await iam("GetRolePolicy", { RoleName: name, PolicyName: policyName });
    return { name: policyName, policy: parsePolicy(text(child(found, "PolicyDocument"))) };
  };
  const got = await iam("GetRole", { RoleName: name });
  const role = child(got, "Role");
  if (role === undefined) return undefined;
  const inlineNames = await iam("ListRolePolicies", { RoleName: name });
  const attached = await iam("ListAttachedRolePolicies", { RoleName: name });
  const boundary = text(child(child(role, "PermissionsBoundary"), "PermissionsBoundaryArn"));
  const identity = await Promise.all([
    ...children(child(inlineNames, "PolicyNames"), "member").map((node) => inline(text(node))),
    ...children(child(attached, "AttachedPolicies"), "member").map((node) =>
      managed(text(child(node, "PolicyArn"))),
    ),
  ]);
  const tags = children(child(role, "Tags"), "member").map((tag) => [
    text(child(tag, "Key")),
    text(child(tag, "Value")),
  ]);
  return {
    identity,
    ...(boundary !== "" && { boundary: await managed(boundary) }),
    trust: parsePolicy(text(child(role, "AssumeRolePolicyDocument"))),
    tags: Object.fromEntries(tags),
  };
}
