import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateAccountCommand,
  CreateOrganizationalUnitCommand,
  CreateOrganizationCommand,
  ListRootsCommand,
  MoveAccountCommand,
  OrganizationsClient,
} from "@aws-sdk/client-organizations";
import { ModifyDocumentPermissionCommand } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../../src/index.ts";
import { clientConfig, create, get, region, script, ssmOf, start } from "./harness.ts";

const central = "111122223333";
const [member, stranger] = ["444455556666", "777788889999"];
const administration = `arn:aws:iam::${central}:role/Administration`;
let emulator: Emulator;
let document: string;

beforeAll(async () => {
  emulator = await startEmulator({ enforceIam: true });
  const asks = script("asks", ["return boto3.client('sts').get_caller_identity()['Arn']"], {
    outputs: [{ Name: "Arn", Selector: "$.Payload", Type: "String" }],
  });
  const ssm = ssmOf(emulator, central);
  document = await create(ssm, [asks], {
    parameters: { AutomationAssumeRole: { type: "AWS::IAM::Role::Arn" } },
    assumeRole: "{{ AutomationAssumeRole }}",
    outputs: ["asks.Arn"],
  });
  await ssm.send(
    new ModifyDocumentPermissionCommand({
      Name: document,
      PermissionType: "Share",
      AccountIdsToAdd: [member],
    }),
  );
  const ssmService = { Service: "ssm.amazonaws.com" };
  await role(central, "Administration", ssmService, [
    { Action: "sts:AssumeRole", Resource: "arn:aws:iam::*:role/Execution" },
    {
      Action: ["organizations:ListAccountsForParent", "organizations:ListChildren"],
      Resource: "*",
    },
  ]);
  const trusted = { ...ssmService, AWS: administration };
  for (const account of [central, member, stranger]) {
    await role(account, "Execution", trusted, [
      { Action: "ssm:StartAutomationExecution", Resource: "*" },
      { Action: "iam:PassRole", Resource: `arn:aws:iam::${account}:role/Execution` },
    ]);
  }
});
afterAll(() => emulator.close());

async function role(
  account: string,
  RoleName: string,
  Principal: object,
  statements: readonly object[],
): Promise<void> {
  const iam = new IAMClient(clientConfig(emulator, account));
  const text = (list: readonly object[]) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: list.map((one) => ({ Effect: "Allow", ...one })),
    });
  const AssumeRolePolicyDocument = text([{ Action: "sts:AssumeRole", Principal }]);
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  const PolicyDocument = text(statements);
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "p", PolicyDocument }));
}

async function run(accounts: string[], ExecutionRoleName = "Execution", rest: object = {}) {
  const ssm = ssmOf(emulator, central);
  const id = await start(ssm, document, {
    Parameters: { AutomationAssumeRole: [administration] },
    TargetLocations: [
      {
        Accounts: accounts,
        Regions: [region],
        ExecutionRoleName,
        TargetLocationMaxConcurrency: "2",
        TargetLocationMaxErrors: "0",
        ...rest,
      },
    ],
  });
  await emulator.engine.settled(id);
  return get(ssm, id);
}

describe("an execution over accounts", () => {
  test("runs in each of them as the execution role there", async () => {
    const execution = await run([member, central]);
    expect(execution.AutomationExecutionStatus).toBe("Success");
    const steps = execution.StepExecutions ?? [];
    expect(steps.map(({ TargetLocation, StepStatus }) => [TargetLocation, StepStatus])).toEqual([
      [{ Accounts: [member], Regions: [region] }, "Success"],
      [{ Accounts: [central], Regions: [region] }, "Success"],
    ]);
    const [child = ""] = steps[0]?.Outputs?.ExecutionId ?? [];
    const there = await get(ssmOf(emulator, member), child);
    expect(there.ParentAutomationExecutionId).toBe(execution.AutomationExecutionId);
    expect(there.Outputs?.["asks.Arn"]).toEqual([
      `arn:aws:sts::${member}:assumed-role/Execution/Automation-${child}`,
    ]);
  });

  test("fails where the document is not shared, and says so", async () => {
    const execution = await run([stranger]);
    expect(execution.AutomationExecutionStatus).toBe("Failed");
    expect(execution.StepExecutions?.[0]?.FailureMessage).toContain(`document/${document}`);
  });

  test("fails where the execution role can't be assumed", async () => {
    const execution = await run([member], "Other");
    expect(execution.AutomationExecutionStatus).toBe("Failed");
    expect(execution.StepExecutions?.[0]?.FailureMessage).toContain("role/Other");
  });

  test("finds the accounts of an organizational unit, and of those below it when asked", async () => {
    const organizations = new OrganizationsClient(clientConfig(emulator, central));
    await organizations.send(new CreateOrganizationCommand({ FeatureSet: "ALL" }));
    const { Roots } = await organizations.send(new ListRootsCommand({}));
    const root = Roots?.[0]?.Id ?? "";
    const unit = async (ParentId: string, Name: string): Promise<string> => {
      const answer = await organizations.send(
        new CreateOrganizationalUnitCommand({ ParentId, Name }),
      );
      return answer.OrganizationalUnit?.Id ?? "";
    };
    const account = async (AccountName: string, DestinationParentId: string): Promise<string> => {
      const Email = `${AccountName}@example.com`;
      const { CreateAccountStatus } = await organizations.send(
        new CreateAccountCommand({ AccountName, Email }),
      );
      const AccountId = CreateAccountStatus?.AccountId ?? "";
      const move = { AccountId, SourceParentId: root, DestinationParentId };
      await organizations.send(new MoveAccountCommand(move));
      return AccountId;
    };
    const above = await unit(root, "above");
    const below = await unit(above, "below");
    const [first, second] = [await account("first", above), await account("second", below)];
    const found = async (rest: object) => {
      const { StepExecutions = [] } = await run([above], "Execution", {
        TargetLocationMaxErrors: "9",
        ...rest,
      });
      return StepExecutions.map(({ TargetLocation }) => TargetLocation?.Accounts?.[0]).sort();
    };
    expect(await found({})).toEqual([first]);
    expect(await found({ IncludeChildOrganizationUnits: true })).toEqual([first, second].sort());
    const ExcludeAccounts = [first];
    expect(await found({ IncludeChildOrganizationUnits: true, ExcludeAccounts })).toEqual([second]);
    // More than Organizations lists in one answer, of units and of accounts.
    const wide = await unit(root, "wide");
    const names = Array.from({ length: 21 }, (_, at) => `wide-${at}`);
    const many: string[] = [];
    for (const name of names) {
      await unit(wide, name);
      many.push(await account(name, wide));
    }
    const last = await unit(wide, "last");
    many.push(await account("last", last));
    expect(await found({ Accounts: [wide], IncludeChildOrganizationUnits: true })).toEqual(
      many.sort(),
    );
  }, 60_000);
});
