import { EnterStandbyCommand } from "@aws-sdk/client-auto-scaling";
import { AuthorizeSecurityGroupEgressCommand } from "@aws-sdk/client-ec2";
import { DescribeKeyCommand } from "@aws-sdk/client-kms";
import {
  DeleteObjectsCommand,
  GetBucketPolicyStatusCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutBucketTaggingCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { StartAutomationExecutionCommand } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Stack } from "../../src/gateway/stack.ts";
import { aws, clients, startTestStack, type WrittenDown } from "./harness.ts";

const account = "111122223333";
let stack: Stack<WrittenDown>;

beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(() => stack.close());
beforeEach(() => stack.calls.clear());

/** The last call, after an attempt whose success does not matter. */
async function logged(attempt: Promise<unknown>) {
  await attempt.catch(() => undefined);
  const call = stack.calls.all().at(-1);
  if (call === undefined) throw new Error("nothing was logged");
  return call;
}

describe("a request of the JavaScript SDK is logged as the call it is", () => {
  test("ec2", async () => {
    const { ec2 } = clients(stack.endpoint, account);
    const IpPermissions = [
      { IpProtocol: "-1", Ipv6Ranges: [{ CidrIpv6: "::/0", Description: "a & b" }] },
    ];
    const call = await logged(
      ec2.send(new AuthorizeSecurityGroupEgressCommand({ GroupId: "sg-1", IpPermissions })),
    );
    expect(call).toMatchObject({
      service: "ec2",
      operation: "AuthorizeSecurityGroupEgress",
      parameters: { GroupId: "sg-1", IpPermissions },
      accountId: account,
      region: "us-east-1",
      principal: `arn:aws:iam::${account}:root`,
      readOnly: false,
      outcome: "error",
      errorCode: "InvalidGroup.NotFound",
    });
  });

  test("query", async () => {
    const { autoscaling } = clients(stack.endpoint, account);
    const input = {
      AutoScalingGroupName: "group",
      InstanceIds: ["i-1", "i-2"],
      ShouldDecrementDesiredCapacity: true,
    };
    const call = await logged(autoscaling.send(new EnterStandbyCommand(input)));
    expect(call).toMatchObject({
      service: "autoscaling",
      operation: "EnterStandby",
      parameters: input,
    });
  });

  test("json", async () => {
    const { kms } = clients(stack.endpoint, account);
    const call = await logged(kms.send(new DescribeKeyCommand({ KeyId: "alias/aws/ebs" })));
    expect(call).toMatchObject({
      service: "kms",
      operation: "DescribeKey",
      parameters: { KeyId: "alias/aws/ebs" },
      readOnly: true,
      outcome: "ok",
      status: 200,
    });
  });

  test("rest-xml: headers, query, path and the length of a body", async () => {
    const { s3 } = clients(stack.endpoint, account);
    const call = await logged(
      s3.send(
        new PutObjectCommand({
          Bucket: "bucket",
          Key: "a/ü b.json",
          Body: "12345",
          IfNoneMatch: "*",
          Tagging: "k=v",
          ExpectedBucketOwner: account,
        }),
      ),
    );
    expect(call).toMatchObject({
      service: "s3",
      operation: "PutObject",
      parameters: {
        Bucket: "bucket",
        Key: "a/ü b.json",
        Body: { bytes: 5 },
        IfNoneMatch: "*",
        Tagging: "k=v",
        ExpectedBucketOwner: account,
      },
    });
  });

  test("rest-xml: an XML body", async () => {
    const { s3 } = clients(stack.endpoint, account);
    const TagSet = [
      { Key: "a", Value: "1" },
      { Key: "b", Value: "<2>" },
    ];
    const call = await logged(
      s3.send(new PutBucketTaggingCommand({ Bucket: "bucket", Tagging: { TagSet } })),
    );
    expect(call.parameters).toMatchObject({ Bucket: "bucket", Tagging: { TagSet } });
  });

  test("rest-xml: a flattened list in an XML body", async () => {
    const { s3 } = clients(stack.endpoint, account);
    const Objects = [{ Key: "a" }, { Key: "b", VersionId: "1" }];
    const call = await logged(
      s3.send(new DeleteObjectsCommand({ Bucket: "bucket", Delete: { Objects, Quiet: true } })),
    );
    expect(call).toMatchObject({
      operation: "DeleteObjects",
      parameters: { Delete: { Objects, Quiet: true } },
    });
  });

  test("rest-xml: operations that differ in the query only", async () => {
    const { s3 } = clients(stack.endpoint, account);
    const names = [
      await logged(s3.send(new ListObjectsV2Command({ Bucket: "bucket", Prefix: "p" }))),
      await logged(s3.send(new GetBucketPolicyStatusCommand({ Bucket: "bucket" }))),
      await logged(s3.send(new HeadBucketCommand({ Bucket: "bucket" }))),
      await logged(
        s3.send(
          new UploadPartCommand({
            Bucket: "bucket",
            Key: "k",
            PartNumber: 1,
            UploadId: "u",
            Body: "",
          }),
        ),
      ),
    ].map((call) => call.operation);
    expect(names).toEqual(["ListObjectsV2", "GetBucketPolicyStatus", "HeadBucket", "UploadPart"]);
  });

  test("an Automation operation goes to the engine with its caller", async () => {
    const { ssm } = clients(stack.endpoint, account);
    const answer = await ssm.send(new StartAutomationExecutionCommand({ DocumentName: "Runbook" }));
    expect(answer.AutomationExecutionId).toBe("0f0f0f0f-0000-4000-8000-000000000000");
    expect(stack.automation.handled.at(-1)).toEqual({
      operation: "StartAutomationExecution",
      input: { DocumentName: "Runbook" },
      caller: {
        accountId: account,
        accessKeyId: account,
        region: "us-east-1",
        arn: `arn:aws:iam::${account}:root`,
      },
    });
  });

  test("an error of the engine reaches the client by its name", async () => {
    const { ssm } = clients(stack.endpoint, account);
    stack.automation.fail = Object.assign(new Error("no such document"), {
      code: "AutomationDefinitionNotFoundException",
      status: 400,
    });
    const start = ssm.send(new StartAutomationExecutionCommand({ DocumentName: "Runbook" }));
    await expect(start).rejects.toMatchObject({ name: "AutomationDefinitionNotFoundException" });
    delete stack.automation.fail;
  });

  test("the execution, step and attempt of its User-Agent", async () => {
    const execution = "11111111-2222-4333-8444-555555555555";
    const { kms } = clients(stack.endpoint, account, `${execution}.createImage.2`);
    const call = await logged(kms.send(new DescribeKeyCommand({ KeyId: "alias/aws/ebs" })));
    expect(call).toMatchObject({ executionId: execution, step: "createImage", attempt: 2 });
    expect(stack.calls.of({ executionId: execution })).toHaveLength(1);
    expect(stack.calls.of({ step: "another" })).toHaveLength(0);
  });
});

describe("a request of the AWS command line is logged as the call it is", () => {
  const cases: [string[], object][] = [
    [
      ["s3control", "get-public-access-block", "--account-id", account],
      {
        service: "s3control",
        operation: "GetPublicAccessBlock",
        parameters: { AccountId: account },
      },
    ],
    [
      [
        "s3api",
        "put-bucket-versioning",
        "--bucket",
        "b",
        "--versioning-configuration",
        "Status=Enabled",
      ],
      {
        service: "s3",
        operation: "PutBucketVersioning",
        parameters: { Bucket: "b", VersioningConfiguration: { Status: "Enabled" } },
      },
    ],
    [
      ["s3api", "put-bucket-policy", "--bucket", "b", "--policy", '{"Version":"2012-10-17"}'],
      {
        service: "s3",
        operation: "PutBucketPolicy",
        parameters: { Bucket: "b", Policy: '{"Version":"2012-10-17"}' },
      },
    ],
    [
      ["s3api", "delete-object-tagging", "--bucket", "b", "--key", "x/y"],
      { service: "s3", operation: "DeleteObjectTagging", parameters: { Bucket: "b", Key: "x/y" } },
    ],
    [
      ["organizations", "list-accounts"],
      { service: "organizations", operation: "ListAccounts", parameters: {} },
    ],
    [
      ["resource-groups", "get-group", "--group", "g"],
      { service: "resource-groups", operation: "GetGroup", parameters: { Group: "g" } },
    ],
    [
      [
        "cloudformation",
        "create-stack",
        "--stack-name",
        "s",
        "--capabilities",
        "CAPABILITY_IAM",
        "CAPABILITY_NAMED_IAM",
      ],
      {
        service: "cloudformation",
        operation: "CreateStack",
        parameters: { StackName: "s", Capabilities: ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"] },
      },
    ],
    [
      ["iam", "tag-role", "--role-name", "r", "--tags", "Key=a,Value=b"],
      {
        service: "iam",
        operation: "TagRole",
        parameters: { RoleName: "r", Tags: [{ Key: "a", Value: "b" }] },
      },
    ],
  ];
  test.each(cases)("%s", async (args, expected) => {
    await aws(stack.endpoint, account, args);
    expect(stack.calls.all().at(-1)).toMatchObject({ ...expected, accountId: account });
  });

  test("with the execution of AWS_EXECUTION_ENV", async () => {
    const execution = "11111111-2222-4333-8444-555555555555";
    await aws(stack.endpoint, account, ["sts", "get-caller-identity"], {
      AWS_EXECUTION_ENV: `automation-${execution}.backupBucketPreChecks.1`,
    });
    expect(stack.calls.all().at(-1)).toMatchObject({
      operation: "GetCallerIdentity",
      executionId: execution,
      step: "backupBucketPreChecks",
      attempt: 1,
    });
  });
});

describe("requests that no client of AWS sends", () => {
  test("an unsigned one is S3's where it names an object", async () => {
    await fetch(`${stack.endpoint}/nothing/here`);
    expect(stack.calls.all().at(-1)).toMatchObject({
      service: "s3",
      operation: "GetObject",
      principal: "anonymous",
    });
  });

  test("any other unsigned one is unknown and still reaches moto", async () => {
    await fetch(`${stack.endpoint}/`, { method: "DELETE" });
    expect(stack.calls.all().at(-1)).toMatchObject({
      service: "unknown",
      operation: "unknown",
      principal: "anonymous",
    });
  });

  test("a bucket in the host name is the bucket of the path", async () => {
    const { s3 } = clients(stack.endpoint, account);
    const port = new URL(stack.endpoint).port;
    await aws(stack.endpoint, account, ["s3", "mb", "s3://virtual-bucket"]);
    s3.middlewareStack.add(
      (next) => (args) => {
        const request = args.request as { headers: Record<string, string>; path: string };
        request.headers.host = `virtual-bucket.localhost:${port}`;
        request.path = request.path.replace("/virtual-bucket", "");
        return next(args);
      },
      { step: "build", priority: "low" },
    );
    const answer = await s3.send(
      new PutObjectCommand({ Bucket: "virtual-bucket", Key: "k", Body: "x" }),
    );
    expect(answer.ETag).toBeDefined();
    expect(stack.calls.all().at(-1)).toMatchObject({
      operation: "PutObject",
      parameters: { Bucket: "virtual-bucket", Key: "k" },
      status: 200,
    });
  });
});
