/** Automation documents that are made or changed: read as the engine will read them when they run. */
import { checkedDocument } from "../../engine/documentChecks.ts";
import type { DecodedCall } from "../decode.ts";
import { errorResponse } from "../errors.ts";
import type { CallInProgress, Stage } from "../ports.ts";

/**
 * Refuses a document that can't run, as CreateDocument does, and warns in the log of calls of what the emulator will
 * not run in one that AWS would.
 */
export const documentsRead: Stage<CallInProgress> = async ({ arrival, call, remarks }, next) => {
  const content = isChange(call) ? contentOf(arrival.request.body) : undefined;
  if (content === undefined) return next();
  const { problem, refused } = checkedDocument(content);
  if (problem !== undefined) {
    return errorResponse(call, { code: "InvalidDocumentContent", message: problem, status: 400 });
  }
  if (refused !== undefined) remarks.warning = refused;
  return next();
};

const isChange = ({ service, operation }: DecodedCall): boolean =>
  service === "ssm" && (operation === "CreateDocument" || operation === "UpdateDocument");

function contentOf(body: Buffer): string | undefined {
  try {
    const input: unknown = JSON.parse(body.toString("utf8"));
    if (typeof input !== "object" || input === null || !("Content" in input)) return undefined;
    return typeof input.Content === "string" ? input.Content : undefined;
  } catch {
    // What is not JSON is refused further on.
    return undefined;
  }
}
