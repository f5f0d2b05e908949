/**
 * The rules of EventBridge that start RespondToFinding: which findings, and what it is given of them. Ids and types alone
 * are taken over: titles and descriptions may hold what an attacker has written, and quotes, which an input template does
 * not escape.
 *
 * @see https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings_eventbridge.html
 * @see https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-cwe-event-formats.html
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
import type { findingParameters } from "../../steps/findingParameters.ts";

type Name = keyof typeof findingParameters;

/** The event pattern of a rule, and where in an event each parameter is. */
export interface Rule {
  readonly pattern: Readonly<Record<string, unknown>>;
  readonly paths: Readonly<Partial<Record<Name, string>>>;
}

/**
 * Findings of GuardDuty about an instance, new or updated.
 *
 * @param severity the least one: 1 to 10, 7 is High
 */
export const guardDutyRule = (severity: number): Rule => ({
  pattern: {
    source: ["aws.guardduty"],
    "detail-type": ["GuardDuty Finding"],
    detail: {
      severity: [{ numeric: [">=", severity] }],
      resource: { resourceType: ["Instance"] },
      service: { archived: [false] },
    },
  },
  paths: {
    Resource: "$.detail.resource.instanceDetails.instanceId",
    FindingId: "$.detail.id",
    FindingType: "$.detail.type",
    Severity: "$.detail.severity",
  },
});

/**
 * A finding that somebody sent on in Security Hub, by a custom action.
 *
 * @param action the action's ARN
 */
export const securityHubRule = (action: string): Rule => ({
  pattern: {
    source: ["aws.securityhub"],
    "detail-type": ["Security Hub Findings - Custom Action"],
    resources: [action],
  },
  paths: {
    Resource: "$.detail.findings[0].Resources[0].Id",
    FindingId: "$.detail.findings[0].Id",
    FindingType: "$.detail.findings[0].Types[0]",
    Severity: "$.detail.findings[0].Severity.Label",
  },
});

/**
 * What a rule's target is given: a list of texts for each parameter.
 *
 * @param fixed the parameters that are the same for every finding
 */
export const inputTemplate = (
  { paths }: Rule,
  fixed: Readonly<Partial<Record<Name, readonly string[]>>>,
): string =>
  JSON.stringify({
    ...Object.fromEntries(Object.keys(paths).map((name) => [name, [`<${name}>`]])),
    ...fixed,
  });
