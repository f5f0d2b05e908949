/**
 * Guardrails: actions that are denied whatever the policies say, as a service control policy denies them.
 * https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
 */
import type { DecodedCall } from "../decode.ts";
import type { Requirement } from "./requirement.ts";

export interface Guardrail {
  /** IAM actions, in which `*` stands for anything: `ec2:CreateImage`, `s3:Put*`, `*`. */
  readonly actions: readonly string[];
  /** Actions that stay allowed though `actions` has them, as with NotAction. */
  readonly except?: readonly string[];
  /** Only calls that have this value in a parameter, at any depth, such as `0.0.0.0/0`. */
  readonly parameterValue?: string;
  /** Only calls for which this holds. */
  readonly when?: (call: DecodedCall) => boolean;
  /** Only calls in this account. */
  readonly accountId?: string;
  /** Only calls of this execution. */
  readonly executionId?: string;
  /** Hold everybody in the account, not only automation executions. */
  readonly everybody?: boolean;
}

export interface ListedGuardrail extends Guardrail {
  readonly id: number;
  /** Calls that it has denied. */
  readonly denied: number;
}

export interface Guardrails {
  /** Puts a guardrail up until the function that it gives is called. */
  deny(guardrail: Guardrail): () => void;
  list(): readonly ListedGuardrail[];
  remove(id: number): boolean;
  clear(): void;
}

export interface CheckedGuardrails extends Guardrails {
  readonly any: boolean;
  /** The first of the requirements that a guardrail denies, which counts as a denial. */
  denied(call: DecodedCall, needs: readonly Requirement[]): Requirement | undefined;
}

export function createGuardrails(): CheckedGuardrails {
  let lastId = 0;
  let entries: { readonly id: number; readonly guardrail: Guardrail; denied: number }[] = [];
  const remove = (id: number): boolean => {
    const before = entries.length;
    entries = entries.filter((entry) => entry.id !== id);
    return entries.length < before;
  };
  return {
    get any() {
      return entries.length > 0;
    },
    deny: (guardrail) => {
      lastId += 1;
      const id = lastId;
      entries.push({ id, guardrail, denied: 0 });
      return () => void remove(id);
    },
    list: () => entries.map(({ id, guardrail, denied }) => ({ id, ...guardrail, denied })),
    remove,
    clear: () => {
      entries = [];
    },
    denied: (call, needs) => {
      for (const entry of entries) {
        if (!holds(entry.guardrail, call)) continue;
        const need = needs.find(({ action }) => covers(entry.guardrail, action));
        if (need === undefined) continue;
        entry.denied += 1;
        return need;
      }
      return undefined;
    },
  };
}

function holds(guardrail: Guardrail, call: DecodedCall): boolean {
  const { accountId, executionId, everybody, parameterValue, when } = guardrail;
  return (
    (everybody === true || call.executionId !== undefined) &&
    (accountId === undefined || accountId === call.accountId) &&
    (executionId === undefined || executionId === call.executionId) &&
    (parameterValue === undefined || contains(call.parameters, parameterValue)) &&
    (when === undefined || when(call))
  );
}

function covers({ actions, except = [] }: Guardrail, action: string): boolean {
  const named = (pattern: string): boolean => matchesAction(pattern, action);
  return actions.some(named) && !except.some(named);
}

/** Whether an action fits a pattern of an IAM policy; case does not matter. */
export function matchesAction(pattern: string, action: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "i").test(action);
}

/** Whether a value is, or holds at any depth, a text. */
function contains(value: unknown, text: string): boolean {
  if (typeof value !== "object" || value === null) return String(value) === text;
  return Object.values(value).some((part) => contains(part, text));
}
