import {
  type Account,
  DescribeAccountCommand,
  ListRootsCommand,
  type OrganizationsClient,
  paginateListAccounts,
  paginateListAccountsForParent,
  paginateListOrganizationalUnitsForParent,
} from "@aws-sdk/client-organizations";
import { accountIdPattern } from "automation-language/arn";
import pLimit from "p-limit";
import { idsIn, readIdFile } from "./idFile.ts";
import { Problem } from "./problem.ts";

/** Organizations takes few calls a second. @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html */
const AT_ONCE = 4;

/** An account of the organization. */
export interface Member {
  readonly id: string;
  readonly name: string;
  /** ACTIVE, SUSPENDED, PENDING_CLOSURE, … */
  readonly state: string;
}

/**
 * The account ids in a text, each once.
 *
 * @see idsIn
 * @throws Problem that names the first line which has something else, `all` included: a document is never public
 */
export function parseAccounts(text: string, source: string): readonly string[] {
  const words = idsIn(text);
  for (const { id, line } of words) {
    if (id.toLowerCase() === "all")
      throw new Problem(
        `${source}, line ${line}: "all" would make the document public.`,
        "Name accounts; the runbook is shared with named accounts only.",
      );
    if (!accountIdPattern.test(id))
      throw new Problem(
        `${source}, line ${line}: ${id} is not an account id.`,
        "An account id has 12 digits.",
      );
  }
  return [...new Set(words.map(({ id }) => id))];
}

/**
 * The accounts of a file.
 *
 * @throws Problem also for a file that names none: with --prune, one that was cut off would take back everything
 * @see parseAccounts
 */
export function readAccounts(path: string): readonly string[] {
  const accounts = parseAccounts(readIdFile(path, "account"), path);
  if (accounts.length === 0)
    throw new Problem(`The file ${path} names no account.`, "Write one account id a line.");
  return accounts;
}

/**
 * All accounts below roots and organizational units, however deep the units nest, each once.
 *
 * @param parents ids of roots (`r-…`) or units (`ou-…`)
 * @throws Problem for a unit that is not there
 * @see https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccountsForParent.html
 */
export async function accountsBelow(
  client: OrganizationsClient,
  parents: readonly string[],
): Promise<readonly Member[]> {
  const limit = pLimit(AT_ONCE);
  const members = new Map<string, Member>();
  const seen = new Set<string>();
  const visit = async (parent: string): Promise<void> => {
    if (seen.has(parent)) return;
    seen.add(parent);
    const units = await limit(async () => {
      for await (const page of paginateListAccountsForParent({ client }, { ParentId: parent }))
        for (const account of page.Accounts ?? []) add(members, account);
      const found: string[] = [];
      for await (const page of paginateListOrganizationalUnitsForParent(
        { client },
        { ParentId: parent },
      ))
        for (const unit of page.OrganizationalUnits ?? []) if (unit.Id) found.push(unit.Id);
      return found;
    });
    await Promise.all(units.map(visit));
  };
  for (const parent of parents) {
    try {
      await visit(parent);
    } catch (error) {
      if (!(error instanceof Error && error.name === "ParentNotFoundException")) throw error;
      throw new Problem(
        `The organization has no root or unit ${parent}.`,
        "List them: aws organizations list-roots, aws organizations list-organizational-units-for-parent --parent-id r-….",
        { cause: error },
      );
    }
  }
  return [...members.values()].sort((one, other) => one.id.localeCompare(other.id));
}

/**
 * The accounts of a list in which units stand for all active accounts below them, each once.
 *
 * @param accounts ids of accounts and of units (`ou-…`)
 * @throws Problem for units that are not there, or have no active account
 */
export async function activeAccounts(
  client: OrganizationsClient,
  accounts: readonly string[],
): Promise<readonly string[]> {
  const units = accounts.filter((id) => id.startsWith("ou-"));
  if (units.length === 0) return accounts;
  const members = await accountsBelow(client, units);
  const active = members.filter(({ state }) => state === "ACTIVE").map(({ id }) => id);
  if (active.length === 0)
    throw new Problem(
      `There is no active account in ${units.join(", ")}.`,
      "Check the units: aws organizations list-accounts-for-parent --parent-id ou-….",
    );
  return [...new Set([...accounts.filter((id) => !units.includes(id)), ...active])];
}

/** Ids of roots and units, in which the word `root` stands for the organization's root. */
export async function unitIds(
  client: OrganizationsClient,
  units: readonly string[],
): Promise<readonly string[]> {
  if (!units.includes("root")) return units;
  const { Roots } = await client.send(new ListRootsCommand({}));
  const id = Roots?.[0]?.Id;
  if (id === undefined) throw new Error("The organization has no root.");
  return units.map((unit) => (unit === "root" ? id : unit));
}

function add(members: Map<string, Member>, account: Account): void {
  if (account.Id) members.set(account.Id, member(account));
}

/** `State` has taken the place of `Status`, which older endpoints still give alone. @see https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html */
const member = (account: Account): Member => ({
  id: account.Id ?? "",
  name: account.Name ?? "",
  state: account.State ?? account.Status ?? "ACTIVE",
});

/** All accounts of the organization where the caller may list them; none where it may not or there is no organization. */
export async function membersIfVisible(client: OrganizationsClient): Promise<readonly Member[]> {
  const members = new Map<string, Member>();
  try {
    for await (const page of paginateListAccounts({ client }, {}))
      for (const account of page.Accounts ?? []) add(members, account);
  } catch (error) {
    if (!(error instanceof Error && /^(AccessDenied|AWSOrganizationsNotInUse)/.test(error.name)))
      throw error;
  }
  return [...members.values()];
}

/** An account as the organization knows it now; undefined where the caller may not see it or it is not a member. */
export async function lookUp(client: OrganizationsClient, id: string): Promise<Member | undefined> {
  try {
    const { Account } = await client.send(new DescribeAccountCommand({ AccountId: id }));
    return Account && member(Account);
  } catch (error) {
    if (
      error instanceof Error &&
      /^(AccountNotFound|AccessDenied|AWSOrganizationsNotInUse)/.test(error.name)
    )
      return undefined;
    throw error;
  }
}
