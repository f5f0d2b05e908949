import { expect, it } from "vitest";
import { summarize } from "../../deploy/rollout.ts";

const instance = (Account: string, Status: "CURRENT" | "OUTDATED", detail: string) => ({
  stackSet: "ContainEC2Instance-Rollout-Roles",
  Account,
  Region: "us-east-1",
  OrganizationalUnitId: "ou-ab12-cdefgh34",
  Status,
  StatusReason: detail,
  StackInstanceStatus: { DetailedStatus: detail as "FAILED" | "SKIPPED_SUSPENDED_ACCOUNT" },
});

it("an account that is suspended does not count as outdated: nothing can be done there", () => {
  const rollout = summarize([
    instance("111122223333", "CURRENT", "SUCCEEDED"),
    instance("444455556666", "OUTDATED", "FAILED"),
    instance("777788889999", "OUTDATED", "SKIPPED_SUSPENDED_ACCOUNT"),
  ]);
  expect(rollout.current).toBe(1);
  expect(rollout.outdated).toEqual([
    expect.objectContaining({ account: "444455556666", reason: "FAILED" }),
  ]);
  expect(rollout.suspended).toEqual(["777788889999"]);
});
