/** The role that whoever makes or starts an automation hands to Systems Manager, and must be allowed to pass. */
import { documentIn } from "automation-language/arn";
import { readDocument } from "automation-language/document";
import { type Lookup, resolveReferences } from "automation-language/references";
import { isRecord } from "automation-language/values";
import { systemVariables } from "../../engine/systemVariables.ts";
import type { DecodedCall } from "../decode.ts";
import type { Facts } from "./facts.ts";
import type { Requirement } from "./requirement.ts";

/**
 * StartAutomationExecution passes the role that the document's assumeRole turns out to be: an ARN that stands there, or
 * what is given for the parameter that it names, or that parameter's default.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-troubleshooting.html
 */
export async function roleOfStart(call: DecodedCall, facts: Facts): Promise<Requirement[]> {
  const { DocumentName, DocumentVersion, Parameters } = call.parameters;
  const { region, accountId } = call;
  const name = String(DocumentName ?? "");
  const { accountId: owner = accountId, name: short = name } = documentIn(name) ?? {};
  const version = typeof DocumentVersion === "string" ? DocumentVersion : undefined;
  const content = await facts.document({ accountId: owner, region }, short, version);
  const given = (parameter: string): unknown => {
    const texts = isRecord(Parameters) ? Parameters[parameter] : undefined;
    return Array.isArray(texts) ? texts[0] : texts;
  };
  // Of a document that is not there the call will be refused all the same.
  if (content === undefined) return passed(call, given("AutomationAssumeRole"));
  const { parameters, data } = readDocument(content).document;
  const defaults = new Map(parameters.map((one) => [one.name, one.spec.default]));
  return passed(
    call,
    roleIn(call, data.assumeRole, (one) => given(one) ?? defaults.get(one)),
  );
}

/**
 * CreateDocument passes a role whose ARN stands in the document: "Constant ARN assumeRole at creation: An authorization
 * check is performed to verify that the calling user is permitted to pass the given assumeRole."
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-variables.html
 */
export function roleOfDocument(call: DecodedCall): Requirement[] {
  const { Content, DocumentType } = call.parameters;
  if (DocumentType !== "Automation" || typeof Content !== "string") return [];
  const { assumeRole } = readDocument(Content).document.data;
  return String(assumeRole).includes("{{") ? [] : passed(call, assumeRole);
}

function roleIn(
  { accountId, region }: DecodedCall,
  assumeRole: unknown,
  parameterValue: (parameter: string) => unknown,
): unknown {
  const system = systemVariables({ now: Date.now }, { id: "", accountId, region });
  const lookup: Lookup = (target) => {
    const value =
      target.kind === "parameter"
        ? parameterValue(target.name)
        : target.kind === "system"
          ? system.get(target.name)
          : undefined;
    return value === undefined ? { kind: "literal" } : { kind: "value", value };
  };
  // The default of a parameter may refer to a system variable itself.
  return resolveReferences(resolveReferences(assumeRole, lookup), lookup);
}

/** None for what is no ARN: such a call is refused, or the automation runs without a role. */
function passed(call: DecodedCall, role: unknown): Requirement[] {
  if (typeof role !== "string" || !role.startsWith("arn:")) return [];
  return [
    {
      action: "iam:PassRole",
      resource: role,
      resourceAccount: role.split(":")[4] ?? call.accountId,
      context: { "iam:PassedToService": "ssm.amazonaws.com" },
    },
  ];
}
