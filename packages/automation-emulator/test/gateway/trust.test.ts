import { CreateRoleCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateAccountCommand,
  CreateOrganizationCommand,
  OrganizationsClient,
} from "@aws-sdk/client-organizations";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Stack } from "../../src/gateway/stack.ts";
import { aws, clients, credentialsOf, startTestStack, type WrittenDown } from "./harness.ts";

const central = "111122223333";
const member = "444455556666";
const execution = "11111111-2222-4333-8444-555555555555";
let stack: Stack<WrittenDown>;

beforeAll(async () => {
  stack = await startTestStack({ enforceIam: true });
});
afterAll(() => stack.close());

async function role(account: string, name: string, statement: object): Promise<string> {
  const { iam } = clients(stack.endpoint, account);
  const trust = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", ...statement }],
  };
  const AssumeRolePolicyDocument = JSON.stringify(trust);
  await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument }));
  return `arn:aws:iam::${account}:role/${name}`;
}

const assumeBy = (who: ReturnType<typeof clients>, RoleArn: string) =>
  who.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "automation" }));

/** The engine, which acts for Systems Manager in an account. */
const engineOf = (account: string) => clients(stack.endpoint, account, `${execution}.step.1`);
const personOf = (account: string) => clients(stack.endpoint, account);
const service = { Principal: { Service: "ssm.amazonaws.com" } };

describe("a role that trusts Systems Manager in one account", () => {
  const forExecutionsOf = (account: string) => ({
    ...service,
    Condition: {
      StringEquals: { "aws:SourceAccount": account },
      ArnLike: { "aws:SourceArn": `arn:aws:ssm:*:${account}:automation-execution/*` },
    },
  });

  test("is assumed for an execution of that account", async () => {
    const arn = await role(central, "Own", forExecutionsOf(central));
    expect((await assumeBy(engineOf(central), arn)).Credentials).toBeDefined();
  });

  test("is not assumed for an execution of another account", async () => {
    const arn = await role(central, "Others", forExecutionsOf(member));
    await expect(assumeBy(engineOf(central), arn)).rejects.toMatchObject({
      name: "AccessDenied",
      message: `User: ssm.amazonaws.com is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
    });
  });

  test("is not assumed by a person, not even an administrator", async () => {
    const arn = await role(central, "Service", service);
    await expect(assumeBy(personOf(central), arn)).rejects.toMatchObject({ name: "AccessDenied" });
  });
});

test("a role that trusts its account only is not assumed by Systems Manager", async () => {
  const arn = await role(central, "People", { Principal: { AWS: `arn:aws:iam::${central}:root` } });
  await expect(assumeBy(engineOf(central), arn)).rejects.toMatchObject({ name: "AccessDenied" });
  expect((await assumeBy(personOf(central), arn)).Credentials).toBeDefined();
});

test("an execution role of another account needs both its trust and the caller's policy", async () => {
  const administration = await role(central, "Administration", service);
  const target = await role(member, "Execution", { Principal: { AWS: administration } });
  const { Credentials } = await assumeBy(engineOf(central), administration);
  const session = clients(stack.endpoint, credentialsOf(Credentials), `${execution}.step.1`);
  await expect(assumeBy(session, target)).rejects.toMatchObject({ name: "AccessDenied" });
  await personOf(central).iam.send(
    new PutRolePolicyCommand({
      RoleName: "Administration",
      PolicyName: "assume",
      PolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Resource: target }],
      }),
    }),
  );
  expect((await assumeBy(session, target)).Credentials).toBeDefined();
});

test("a role that is not there is refused", async () => {
  const arn = `arn:aws:iam::${central}:role/NotThere`;
  await expect(assumeBy(engineOf(central), arn)).rejects.toMatchObject({ name: "AccessDenied" });
});

test("the account's public access block is guarded by the account's actions", async () => {
  const arn = await role(member, "Reader", { Principal: { AWS: `arn:aws:iam::${member}:root` } });
  const { Credentials } = await assumeBy(personOf(member), arn);
  const keys = {
    AWS_ACCESS_KEY_ID: Credentials?.AccessKeyId ?? "",
    AWS_SECRET_ACCESS_KEY: Credentials?.SecretAccessKey ?? "",
    AWS_SESSION_TOKEN: Credentials?.SessionToken ?? "",
  };
  const args = ["s3control", "get-public-access-block", "--account-id", member];
  const refused = await aws(stack.endpoint, member, args, keys);
  expect(refused.error).toContain("not authorized to perform: s3:GetAccountPublicAccessBlock");
  await personOf(member).iam.send(
    new PutRolePolicyCommand({
      RoleName: "Reader",
      PolicyName: "read",
      PolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "s3:GetAccountPublicAccessBlock", Resource: "*" }],
      }),
    }),
  );
  const allowed = await aws(stack.endpoint, member, args, keys);
  expect(allowed.error).not.toContain("not authorized");
});

describe("a condition on the organization", () => {
  const inOwnOrganization = {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: "sts:AssumeRole",
        Resource: "*",
        // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of IAM policies
        Condition: { StringEquals: { "aws:ResourceOrgID": "${aws:PrincipalOrgID}" } },
      },
    ],
  };

  test("lets a role become roles of its organization's accounts and of no others", async () => {
    const management = "222233334444";
    const organizations = new OrganizationsClient({
      endpoint: stack.endpoint,
      region: "us-east-1",
      credentials: { accessKeyId: management, secretAccessKey: "emulator" },
    });
    await organizations.send(new CreateOrganizationCommand({ FeatureSet: "ALL" }));
    const { CreateAccountStatus } = await organizations.send(
      new CreateAccountCommand({ AccountName: "inside", Email: "inside@example.com" }),
    );
    const inside = CreateAccountStatus?.AccountId ?? "";
    const outside = "555566667777";
    const starter = await role(management, "Starter", { Principal: { AWS: management } });
    const { iam } = clients(stack.endpoint, management);
    await iam.send(
      new PutRolePolicyCommand({
        RoleName: "Starter",
        PolicyName: "Own",
        PolicyDocument: JSON.stringify(inOwnOrganization),
      }),
    );
    const open = { Principal: { AWS: management } };
    const [there, elsewhere] = [
      await role(inside, "Open", open),
      await role(outside, "Open", open),
    ];
    const { Credentials } = await assumeBy(personOf(management), starter);
    const become = (arn: string) =>
      assumeBy(clients(stack.endpoint, credentialsOf(Credentials)), arn);
    expect((await become(there)).Credentials).toBeDefined();
    await expect(become(elsewhere)).rejects.toMatchObject({ name: "AccessDenied" });
  });
});
