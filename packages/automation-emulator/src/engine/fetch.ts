/** Takes documents from the emulated SSM. */
import {
  DescribeDocumentPermissionCommand,
  GetDocumentCommand,
  SSMClient,
} from "@aws-sdk/client-ssm";
import { documentIn } from "automation-language/arn";
import { type Document, parseDocument } from "./document.ts";
import { AwsError } from "./errors.ts";
import { administrator } from "./tools.ts";

export interface Fetched {
  /** As it was asked for: a name, or the ARN of a document that another account shares. */
  readonly name: string;
  readonly version: string;
  readonly document: Document;
}

/**
 * Fetches a document as an account sees it.
 *
 * @param name name or ARN
 * @param version a number, `$DEFAULT` or `$LATEST`
 * @throws AwsError as StartAutomationExecution does for a document or version that is not there, is not shared with
 *   the account, or is not an Automation document
 */
export async function fetchDocument(
  endpoint: string,
  accountId: string,
  region: string,
  name: string,
  version = "$DEFAULT",
): Promise<Fetched> {
  const arn = documentIn(name);
  if (name.startsWith("arn:") && arn === undefined) throw notFound(name);
  const { region: home = region, accountId: owner = accountId, name: short = name } = arn ?? {};
  // A shared document is seen from its own Region only.
  if (home !== region) throw notFound(name);
  const client = new SSMClient({
    endpoint,
    region,
    credentials: administrator(owner),
    maxAttempts: 3,
  });
  try {
    if (owner !== accountId && !(await isShared(client, short, accountId))) throw notFound(name);
    const found = await client.send(
      new GetDocumentCommand({
        Name: short,
        ...(version !== "$DEFAULT" && { DocumentVersion: version }),
      }),
    );
    if (found.DocumentType !== "Automation") {
      throw new AwsError(
        "AutomationDefinitionNotFoundException",
        `The document ${name} is of type ${found.DocumentType}, not Automation.`,
      );
    }
    return {
      name,
      version: found.DocumentVersion ?? "1",
      document: parseDocument(name, found.Content ?? ""),
    };
  } catch (error) {
    const code = error instanceof Error ? error.name : "";
    if (code === "InvalidDocument" || code === "InvalidDocumentOperation") throw notFound(name);
    if (code === "InvalidDocumentVersion" || code === "ValidationException") {
      throw new AwsError(
        "AutomationDefinitionVersionNotFoundException",
        `The document ${name} has no version ${version}.`,
      );
    }
    throw error;
  } finally {
    client.destroy();
  }
}

async function isShared(client: SSMClient, name: string, accountId: string): Promise<boolean> {
  let NextToken: string | undefined;
  do {
    const page = await client.send(
      new DescribeDocumentPermissionCommand({
        Name: name,
        PermissionType: "Share",
        ...(NextToken !== undefined && { NextToken }),
      }),
    );
    if (page.AccountIds?.some((id) => id === accountId || id.toLowerCase() === "all")) return true;
    NextToken = page.NextToken;
  } while (NextToken);
  return false;
}

const notFound = (name: string): AwsError =>
  new AwsError(
    "AutomationDefinitionNotFoundException",
    /^(?:aws|amazon|amzn)/i.test(name.split("/").at(-1) ?? "")
      ? `The document ${name} belongs to AWS, and no AWS-owned document exists here: the emulator has those alone that were created in it.`
      : `There is no document ${name}.`,
  );
