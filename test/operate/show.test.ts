import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import type { Progress, Snapshot } from "../../operate/follow.ts";
import { reasonOf } from "../../operate/reason.ts";
import { heading, line, result } from "../../operate/show.ts";

const guide =
  "Please refer to Automation Service Troubleshooting Guide for more diagnosis details.";
const traceback = `Step fails when it is Poll action status for completion. Traceback (most recent call last):
  File "/tmp/customer_script.py", line 12, in handler
    raise ValueError(message)
    ^^^^^^^^^^^^^^^^^^^^^^^^^

ValueError - The bucket evidence is public. ${guide}`;

describe("why a step failed", () => {
  it.each([
    [traceback, "The bucket evidence is public."],
    [traceback.replaceAll("ValueError", "KeyError"), "KeyError - The bucket evidence is public."],
    [
      `Step fails when it is Poll action status for completion. \n\nValueError - The bucket is public.\n\nMore. ${guide}`,
      "The bucket is public.\n\nMore.",
    ],
    [
      `Step fails when it is Execute/Cancelling action. An error occurred (AccessDenied). ${guide}`,
      "Step fails when it is Execute/Cancelling action. An error occurred (AccessDenied).",
    ],
    ["plain words", "plain words"],
  ])("is a sentence, without the traceback of a script", (failure, reason) => {
    expect(reasonOf(failure)).toBe(reason);
  });
});

const step = (more: Partial<Progress> = {}): Progress => ({
  key: "1",
  title: "backupBucketPreChecks",
  status: "Failed",
  started: undefined,
  ended: undefined,
  failure: traceback,
  ...more,
});
const run = (more: Partial<Snapshot> = {}): Snapshot => ({
  id: "id",
  status: "Failed",
  failure: `Step fails when … ${traceback}`,
  started: undefined,
  ended: undefined,
  outputs: {},
  steps: [step()],
  fleet: false,
  children: [],
  ...more,
});

it.each([
  [
    true,
    "Contain",
    "ContainEC2Instance in 111122223333 / us-east-1: Contain, dry run, nothing is changed",
  ],
  [false, "Contain", "ContainEC2Instance in 111122223333 / us-east-1: Contain, LIVE"],
  [false, undefined, "ContainEC2Instance in 111122223333 / us-east-1: LIVE"],
])("what is about to start is told with its account (dry run %s, %s)", (dryRun, action, text) => {
  const place = { account: "111122223333", region: "us-east-1" };
  const shown = heading({ document: "ContainEC2Instance", place, action }, { dryRun });
  expect(stripVTControlCharacters(shown)).toBe(text);
});

describe("what is shown of a run", () => {
  it("says a failure once: at its step, not again at the end", () => {
    expect(line(step())).toContain("The bucket evidence is public.");
    expect(line(step())).not.toContain("Traceback");
    expect(result(run())).not.toContain("The bucket evidence is public.");
    expect(result(run({ steps: [] }))).toContain("The bucket evidence is public.");
  });

  it("says of one instance among several the first line of why, and no more", () => {
    const failure = "CONTAINMENT FAILED: i-1\n\nWhat failed:\n  eni-1 is as before.";
    expect(line(step({ failure }), false, true)).toMatch(/CONTAINMENT FAILED: i-1 …$/);
    expect(line(step({ failure }), true, true)).toContain("eni-1 is as before");
    expect(line(step({ failure }))).toContain("eni-1 is as before");
  });

  it.each([
    [["Success", "Success"], /Success {2}execution/],
    [["Success", "Failed", "TimedOut"], /Success, but 2 failed {2}/],
    [["Success", "InProgress"], /Success, but of 1 the end is not told yet {2}/],
    [["Failed", "Pending"], /Success, but 1 failed, but of 1 the end is not told yet {2}/],
  ])("calls none failed that has not ended: %j", (statuses, said) => {
    const children = statuses.map((status) => step({ status, failure: undefined }));
    const shown = result(run({ status: "Success", fleet: true, steps: [], children }));
    expect(stripVTControlCharacters(shown)).toMatch(said);
  });

  it("has the whole message with --verbose", () => {
    expect(line(step(), true)).toContain("Traceback");
  });

  it("shows control characters of names and messages as text", () => {
    const evil = "web\u001b[2J\rroot";
    const shown = [
      line(step({ title: evil, failure: evil })),
      result(run({ steps: [], failure: evil, outputs: { "a.Output": [evil] } })),
      result(run({ children: [step({ title: evil, failure: evil })] })),
    ].join("\n");
    expect(shown).toContain("web\\x1b[2J\\x0droot");
    expect(shown).not.toContain("\u001b[2J");
    expect(shown).not.toContain("\r");
  });
});
