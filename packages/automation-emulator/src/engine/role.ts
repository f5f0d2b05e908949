import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import type { Credentials } from "./tools.ts";

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
