import type { Emulator } from "automation-emulator";
import type { AwsCall } from "automation-emulator/gateway/calls";
import type { Fault, PendingCall } from "automation-emulator/gateway/faults";
import { describe, expect, test } from "vitest";
import { holdToBuckets } from "./lib/buckets.ts";
import { chainOf } from "./lib/chain.ts";
import { sampleOf, told } from "./lib/statistics.ts";

describe("a sample", () => {
  test.each([
    [[3, 1, 2], "2.0 (1.0–3.0)"],
    [[1, 2], "1.5 (1.0–2.0)"],
    [[5, 5, 5], "5.0"],
  ])("of %j is told as %s", (values, text) => {
    expect(told(sampleOf(values))).toBe(text);
  });

  test("of nothing is refused", () => {
    expect(() => sampleOf([])).toThrow("nothing to sum up");
  });
});

describe("a chain", () => {
  const call = (begin: number, end: number): AwsCall =>
    ({ time: new Date(begin).toISOString(), latencyMs: end - begin }) as AwsCall;

  test.each([
    ["calls after each other", [call(0, 10), call(10, 20), call(25, 30)], 3],
    ["calls side by side", [call(0, 10), call(1, 11), call(2, 12)], 1],
    ["two that follow while a long one lasts", [call(0, 50), call(0, 10), call(20, 30)], 2],
  ])("of %s is as long as its calls waited for each other", (_, calls, length) => {
    expect(chainOf(calls)).toBe(length);
  });
});

describe("EC2's buckets", () => {
  function board(): {
    readonly fires: (operation: string, parameters?: object) => boolean;
    readonly throttled: () => number;
    readonly pass: (seconds: number) => void;
  } {
    let time = 0;
    let fault: Fault | undefined;
    const add = (added: Fault): (() => void) => {
      fault = added;
      return () => undefined;
    };
    const emulator = { faults: { add } } as unknown as Emulator;
    const { throttled } = holdToBuckets(emulator, "111122223333", () => time);
    return {
      fires: (operation, parameters = {}) =>
        fault?.match.predicate?.({
          operation,
          parameters,
          readOnly: operation.startsWith("Describe"),
        } as PendingCall) ?? false,
      throttled,
      pass: (seconds) => {
        time += seconds * 1000;
      },
    };
  }

  test.each([
    ["CreateSecurityGroup", {}, 50, 5],
    ["ModifyNetworkInterfaceAttribute", {}, 100, 5],
    ["CreateTags", {}, 100, 10],
    ["DescribeInstances", { InstanceIds: ["i-1"] }, 50, 10],
    ["DescribeInstances", { Filters: [{}] }, 100, 20],
  ])(
    "let %s with %j through %i times at once, and %i times a second",
    (operation, parameters, size, refill) => {
      const { fires, throttled, pass } = board();
      const passed = (calls: number): number =>
        Array.from({ length: calls }, () => fires(operation, parameters)).filter((full) => !full)
          .length;
      expect(passed(size + 30)).toBe(size);
      expect(throttled()).toBe(30);
      pass(1);
      expect(passed(size)).toBe(refill);
      pass(1000);
      expect(passed(size + 1)).toBe(size);
    },
  );

  test("are one for each operation", () => {
    const { fires } = board();
    for (let call = 0; call < 50; call++) fires("CreateSecurityGroup");
    expect(fires("CreateSecurityGroup")).toBe(true);
    expect(fires("DeleteSecurityGroup")).toBe(false);
  });
});
