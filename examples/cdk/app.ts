import { App, CfnOutput, Stack } from "aws-cdk-lib";
import { Role } from "aws-cdk-lib/aws-iam";
import { ContainRunbook } from "contain-runbook";

/** An app of your own, with the runbook in it, a bucket for its backups, and people who may give it its role. */
const app = new App();
const stack = new Stack(app, "IncidentResponse", {
  env: { account: "111122223333", region: "eu-central-1" },
});
const responders = Role.fromRoleName(stack, "Responders", "IncidentResponders");

const runbook = new ContainRunbook(stack, "Contain", {
  rolePath: "/security/",
  permissionsBoundary: "SecurityBoundary",
  backupBucket: true,
  objectLockDays: 30,
  accessLogsDays: 365,
  breakGlassRole: "BreakGlass",
  respondApprovers: [responders.roleArn],
  respondEmails: ["duty@example.com"],
});

runbook.role?.grantPassRole(responders);
new CfnOutput(stack, "Document", { value: runbook.documentName });
new CfnOutput(stack, "Bucket", { value: runbook.backupBucket?.bucketName ?? "" });

app.synth();
