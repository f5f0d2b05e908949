import { readFileSync } from "node:fs";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import type { Emulator } from "automation-emulator";
import { inProject } from "../../build/root.ts";
import { as } from "./organization.ts";

/** Credentials of a new role in an account with this policy and nothing else; it is held to it where IAM is enforced. */
export async function person(
  emulator: Emulator,
  account: string,
  RoleName: string,
  PolicyDocument: string,
): Promise<Record<string, string>> {
  const iam = new IAMClient(as(emulator, account));
  const trust = { Effect: "Allow", Action: "sts:AssumeRole", Principal: { AWS: account } };
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName,
      AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [trust] }),
    }),
  );
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "Start", PolicyDocument }));
  const { Credentials } = await new STSClient(as(emulator, account)).send(
    new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: "kay" }),
  );
  return {
    ...emulator.env(account),
    AWS_ACCESS_KEY_ID: Credentials?.AccessKeyId ?? "",
    AWS_SECRET_ACCESS_KEY: Credentials?.SecretAccessKey ?? "",
    AWS_SESSION_TOKEN: Credentials?.SessionToken ?? "",
    AWS_PAGER: "",
  };
}

interface Policy {
  readonly Statement: readonly { readonly Sid: string; readonly Resource: string | string[] }[];
}

/**
 * The policy of docs/deploy.md for the person who starts the runbook, with what another page asks for besides.
 *
 * @param left the statement that gets nothing of it
 */
export function policyWith(page: string, account: string, left = ""): string {
  const [needed = ""] = readFileSync(inProject("docs", page), "utf8")
    .split("\n")
    .filter((line) => line.includes("besides the policy in [deploy.md]"));
  const [, text = ""] =
    /```json\n([\s\S]*?)```/.exec(readFileSync(inProject("docs/deploy.md"), "utf8")) ?? [];
  const policy: Policy = JSON.parse(text.replaceAll("111122223333", account));
  const named = (pattern: RegExp, arn: string): readonly string[] =>
    [...needed.matchAll(pattern)].map(([, name]) => `${arn}${name}`);
  const more: Readonly<Record<string, readonly string[]>> = {
    Start: named(/`((?:document|automation-definition)\/[^`]+)`/g, `arn:aws:ssm:*:${account}:`),
    PassTheRoles: named(/the role `([^`]+)`/g, `arn:aws:iam::${account}:role/`),
  };
  const Statement = policy.Statement.map(({ Sid, Resource, ...rest }) => ({
    ...rest,
    Resource: [Resource, Sid === left ? [] : (more[Sid] ?? [])].flat(),
  }));
  return JSON.stringify({ ...policy, Statement });
}
