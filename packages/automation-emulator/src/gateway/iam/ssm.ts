/**
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
 */

import { partitionOf } from "automation-language/arn";
import type { DecodedCall } from "../decode.ts";
import { roleOfDocument, roleOfStart } from "./passedRole.ts";
import type { Requirement, Requirements } from "./requirement.ts";

const documentOperations = new Set([
  "DeleteDocument",
  "DescribeDocument",
  "DescribeDocumentPermission",
  "GetDocument",
  "ListDocumentVersions",
  "ModifyDocumentPermission",
  "UpdateDocument",
  "UpdateDocumentDefaultVersion",
]);

export const ssm: Requirements = async (call, facts) => {
  const home = `arn:${partitionOf(call.region)}:ssm:${call.region}`;
  const { parameters, operation } = call;
  const need = (resource: string, shown?: string): Requirement => ({
    action: `ssm:${operation}`,
    resource,
    ...(shown !== undefined && { shown }),
    resourceAccount: call.accountId,
    context: {},
  });
  if (operation === "StartAutomationExecution") {
    const name = String(parameters.DocumentName ?? "");
    const execution = `${home}:${call.accountId}:automation-execution`;
    return [
      need(documentArn(call, name)),
      need(`${execution}/00000000-0000-0000-0000-000000000000`, `${execution}/*`),
      ...(await roleOfStart(call, facts)),
    ];
  }
  const execution = parameters.AutomationExecutionId;
  if (typeof execution === "string") {
    return [need(`${home}:${call.accountId}:automation-execution/${execution}`)];
  }
  if (documentOperations.has(operation)) {
    return [need(documentArn(call, String(parameters.Name ?? "")))];
  }
  if (/^(?:DescribeAutomation|ListDocuments|CreateDocument)/.test(operation)) {
    return operation === "CreateDocument"
      ? [need(documentArn(call, String(parameters.Name ?? ""))), ...roleOfDocument(call)]
      : [need("*")];
  }
  return undefined;
};

function documentArn(call: DecodedCall, name: string): string {
  if (name.startsWith("arn:")) return name;
  // Documents of AWS belong to no account.
  const account = /^(?:AWS|Amazon)/.test(name) ? "" : call.accountId;
  return `arn:${partitionOf(call.region)}:ssm:${call.region}:${account}:document/${name}`;
}

/** AssumeRole is decided by the gate, which knows the trust policy; the others need no permission. */
export const sts: Requirements = async (call) =>
  ["GetCallerIdentity", "GetSessionToken", "GetAccessKeyInfo"].includes(call.operation)
    ? []
    : undefined;

/** Calls about one role, or one instance profile. */
export const iamService: Requirements = async (call) => {
  const { RoleName, InstanceProfileName } = call.parameters;
  const home = `arn:${partitionOf(call.region)}:iam::${call.accountId}`;
  const need = (resource: string): Requirement[] => [
    { action: `iam:${call.operation}`, resource, resourceAccount: call.accountId, context: {} },
  ];
  // What puts a role into a profile is checked on the profile.
  if (typeof InstanceProfileName === "string")
    return need(`${home}:instance-profile/${InstanceProfileName}`);
  if (typeof RoleName === "string") return need(`${home}:role/${RoleName}`);
  return undefined;
};
