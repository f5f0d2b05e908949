import { PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { rolePolicy } from "../../document/policy.ts";
import { runbookDocument } from "./document.ts";
import type { TestAccount } from "./testAccount.ts";

/** Gives the runbook's role exactly the policy that the deployment gives it, and holds it to that. */
export async function holdToPolicy(testAccount: TestAccount): Promise<void> {
  const { accountId, region } = testAccount.access;
  const { permissions } = runbookDocument();
  const scope = { partition: "aws", accountId, regions: [region] };
  const Statement = rolePolicy(permissions, scope).map(({ statement }) => statement);
  await testAccount.iam.send(
    new PutRolePolicyCommand({
      RoleName: testAccount.role.split("/").at(-1),
      PolicyName: "All",
      PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement }),
    }),
  );
  testAccount.emulator.iam.enforce(testAccount.role);
}
