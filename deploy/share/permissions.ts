import {
  DescribeDocumentPermissionCommand,
  ModifyDocumentPermissionCommand,
  type SSMClient,
} from "@aws-sdk/client-ssm";
import type { Call } from "./plan.ts";

/**
 * The account ids that a document is shared with, or `all`.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeDocumentPermission.html
 */
export async function sharedWith(client: SSMClient, name: string): Promise<readonly string[]> {
  const found: string[] = [];
  let next: string | undefined;
  do {
    const page = await client.send(
      new DescribeDocumentPermissionCommand({
        Name: name,
        PermissionType: "Share",
        MaxResults: 200,
        ...(next === undefined ? {} : { NextToken: next }),
      }),
    );
    found.push(...(page.AccountIds ?? []));
    next = page.NextToken;
  } while (next);
  return [...new Set(found)];
}

/** An account that AWS would not share with, and what AWS said. */
export interface Refused {
  readonly account: string;
  readonly reason: string;
}

/** Errors that are about the caller, the document or the traffic, and so not about one account of the call. */
const GENERAL =
  /^(AccessDenied|ExpiredToken|UnrecognizedClient|InvalidClientToken|InvalidSignature|Credentials|Throttling|TooManyRequests|InvalidDocument$|DocumentPermissionLimit|DocumentLimitExceeded|InvalidPermissionType|InternalServer|Timeout|ServiceUnavailable)/;

/**
 * Makes one call. Where AWS refuses it because of an account (one that was suspended or closed meanwhile), the
 * call is halved until that account stands alone, and the others get through.
 *
 * @returns the accounts that AWS refused
 * @throws the SDK's error when it is about something else than an account
 */
export async function modify(
  client: SSMClient,
  name: string,
  call: Call,
): Promise<readonly Refused[]> {
  try {
    await client.send(
      new ModifyDocumentPermissionCommand({
        Name: name,
        PermissionType: "Share",
        ...(call.add.length > 0 ? { AccountIdsToAdd: [...call.add] } : {}),
        ...(call.remove.length > 0 ? { AccountIdsToRemove: [...call.remove] } : {}),
      }),
    );
    return [];
  } catch (error) {
    if (!isAboutAnAccount(error)) throw error;
    const accounts = call.add.length > 0 ? call.add : call.remove;
    const [only] = accounts;
    if (only === undefined) throw error;
    if (accounts.length === 1) return [{ account: only, reason: error.message }];
    const half = Math.ceil(accounts.length / 2);
    const part = (some: readonly string[]): Call =>
      call.add.length > 0 ? { add: some, remove: [] } : { add: [], remove: some };
    return [
      ...(await modify(client, name, part(accounts.slice(0, half)))),
      ...(await modify(client, name, part(accounts.slice(half)))),
    ];
  }
}

function isAboutAnAccount(error: unknown): error is Error {
  if (!(error instanceof Error) || GENERAL.test(error.name)) return false;
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  return status !== undefined && status >= 400 && status < 500;
}
