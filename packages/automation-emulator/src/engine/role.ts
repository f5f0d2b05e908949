import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { roleIn } from "automation-language/arn";
import { callAs } from "./call.ts";
import { select } from "./outputs.ts";
import { administrator, type Credentials, type Tools } from "./tools.ts";

/**
 * Assumes a role for an execution. The user agent says for which, and by that the emulator knows that the call is
 * Systems Manager's.
 *
 * @param by whose credentials; those of the account's administrator stand for Systems Manager
 * @throws the error of STS
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-setup-iam.html
 */
export async function assumeRole(
  endpoint: string,
  region: string,
  by: Credentials,
  roleArn: string,
  executionId: string,
): Promise<Credentials> {
  const client = new STSClient({
    endpoint,
    region,
    credentials: by,
    customUserAgent: `exec-env/automation-${executionId}`,
    maxAttempts: 3,
  });
  try {
    const { Credentials: keys } = await client.send(
      new AssumeRoleCommand({
        RoleArn: roleArn,
        RoleSessionName: `Automation-${executionId}`,
      }),
    );
    return {
      accessKeyId: keys?.AccessKeyId ?? "",
      secretAccessKey: keys?.SecretAccessKey ?? "",
      sessionToken: keys?.SessionToken ?? "",
    };
  } finally {
    client.destroy();
  }
}

/** Whether there is such a role, in the account that its ARN names. moto lets one assume roles that do not exist. */
export async function roleExists(tools: Tools, region: string, roleArn: string): Promise<boolean> {
  const { accountId = "", name: RoleName = "" } = roleIn(roleArn) ?? {};
  const by = { accountId, region, credentials: administrator(accountId) };
  const answer = await callAs(tools, by, "iam", "GetRole", { RoleName });
  if (answer.status === "success") return select("$.Role.Arn", answer.payload) === roleArn;
  if (answer.status === "error" && answer.code === "NoSuchEntity") return false;
  throw new Error(answer.status === "error" ? answer.message : `GetRole: ${answer.status}`);
}
