import type { FaultKind, FaultMatch } from "automation-emulator/gateway/faults";
import { expect } from "vitest";
import type { TestAccount } from "./testAccount.ts";

/** What AWS answers to a call that a test lets fail for good; nothing tries it again. */
export const refused: FaultKind = {
  error: { code: "RefusedOnPurpose", message: "Refused on purpose.", status: 400 },
};

/** Does something while calls of the world's executions meet a fault; fails if none met it. */
export async function withFault<T>(
  testAccount: TestAccount,
  match: FaultMatch,
  kind: FaultKind,
  work: () => Promise<T>,
): Promise<T> {
  const { faults } = testAccount.emulator;
  const fault = {
    match: { accountId: testAccount.accountId, automationOnly: true, ...match },
    kind,
  };
  const stop = faults.add(fault);
  try {
    const result = await work();
    const hits = faults.hits.filter((hit) => hit.fault === fault);
    // A step that meets a fault at its beginning or end is no call, and not among the hits.
    if (match.event !== "step") expect(hits.length, JSON.stringify(match)).toBeGreaterThan(0);
    return result;
  } finally {
    stop();
  }
}

/** Does something while IAM actions are denied in the world's account, whatever the role's policy says. */
export async function denying<T>(
  testAccount: TestAccount,
  actions: readonly string[],
  work: () => Promise<T>,
  more: { readonly except?: readonly string[]; readonly parameterValue?: string } = {},
): Promise<T> {
  const stop = testAccount.emulator.iam.guardrails.deny({
    actions,
    accountId: testAccount.accountId,
    ...more,
  });
  try {
    return await work();
  } finally {
    stop();
  }
}
