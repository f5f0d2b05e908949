/** The accounts and Regions of TargetLocations. */
import { AwsError } from "./errors.ts";
import type { TargetLocation } from "./executions.ts";
import { type Input, strings } from "./input.ts";
import { select } from "./outputs.ts";
import { call } from "./targets.ts";
import type { Credentials, Tools } from "./tools.ts";

/**
 * Where one target location is: each of its accounts in each of its Regions. An organizational unit stands for
 * its active accounts, and with IncludeChildOrganizationUnits for those below it too.
 *
 * @param home where the execution was started
 * @param credentials the role's, which must be allowed to list accounts
 * @throws AwsError InvalidTarget where there are none
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_TargetLocation.html
 */
export async function targetLocationsOf(
  tools: Tools,
  home: TargetLocation,
  credentials: Credentials,
  location: Input,
): Promise<readonly TargetLocation[]> {
  const regions = strings(location.Regions, "Regions");
  const excluded = strings(location.ExcludeAccounts, "ExcludeAccounts");
  const deep = location.IncludeChildOrganizationUnits === true;
  const list = (unit: string) => accountsBelow(tools, home, credentials, unit, deep);
  const named = strings(location.Accounts, "Accounts");
  const [accounts, without] = await Promise.all([named, excluded].map(expand(list)));
  const left = [...new Set(accounts)].filter((account) => !without?.includes(account));
  if (left.length === 0 || regions.length === 0) {
    throw new AwsError("InvalidTarget", "The target locations name no account or no Region.");
  }
  return left.flatMap((accountId) => regions.map((region) => ({ accountId, region })));
}

const expand =
  (list: (unit: string) => Promise<string[]>) =>
  async (names: readonly string[]): Promise<string[]> => {
    const found = names.map(async (name) => (/^(?:ou|r)-/.test(name) ? list(name) : [name]));
    return (await Promise.all(found)).flat();
  };

async function accountsBelow(
  tools: Tools,
  home: TargetLocation,
  credentials: Credentials,
  unit: string,
  deep: boolean,
): Promise<string[]> {
  // Organizations answers in pages of 20.
  const ask = async (
    operation: string,
    parameters: object,
    selector: string,
  ): Promise<string[]> => {
    const found: string[] = [];
    let next: unknown;
    do {
      const given = { ...parameters, ...(typeof next === "string" && { NextToken: next }) };
      const page = await call(tools, home, "organizations", operation, given, credentials);
      found.push(...texts(select(selector, page)));
      next = select("$.NextToken", page);
    } while (typeof next === "string" && next !== "");
    return found;
  };
  const active = "$.Accounts[?(@.Status == 'ACTIVE')].Id";
  const accounts = await ask("ListAccountsForParent", { ParentId: unit }, active);
  if (!deep) return accounts;
  const of = { ParentId: unit, ChildType: "ORGANIZATIONAL_UNIT" };
  const units = await ask("ListChildren", of, "$.Children[*].Id");
  const below = units.map((child) => accountsBelow(tools, home, credentials, child, deep));
  return [...accounts, ...(await Promise.all(below)).flat()];
}

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
