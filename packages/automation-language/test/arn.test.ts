import { documentIn, type RoleArn, roleIn } from "automation-language/arn";
import { expect, it } from "vitest";

const role: RoleArn = { partition: "aws", accountId: "111122223333", name: "Runbook" };

it.each<[string, RoleArn | undefined]>([
  ["arn:aws:iam::111122223333:role/Runbook", role],
  ["arn:aws:iam::111122223333:role/incidents/response/Runbook", role],
  ["arn:aws-cn:iam::111122223333:role/Runbook", { ...role, partition: "aws-cn" }],
  ["Runbook", undefined],
  ["arn:aws:iam::111122223333:role/", undefined],
  ["arn:aws:iam::111122223333:role/Runbook and more", undefined],
  ["arn:aws:iam::1111:role/Runbook", undefined],
  ["arn:aws:iam::111122223333:user/Runbook", undefined],
  ["arn:aws:sts::111122223333:assumed-role/Runbook/session", undefined],
])("the role in %s", (arn, parts) => {
  expect(roleIn(arn)).toEqual(parts);
});

it.each([
  [
    "arn:aws-us-gov:ssm:us-gov-west-1:111122223333:document/Contain",
    { region: "us-gov-west-1", accountId: "111122223333", name: "Contain" },
  ],
  ["Contain", undefined],
  ["arn:aws:ssm:us-east-1:111122223333:document/", undefined],
  ["arn:aws:ssm:us-east-1:111122223333:automation-definition/Contain", undefined],
])("the document in %s", (arn, parts) => {
  expect(documentIn(arn)).toEqual(parts);
});
