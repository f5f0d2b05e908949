import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { createTime, startClock } from "../../src/engine/clock.ts";
import type { StepDefinition } from "../../src/engine/document.ts";
import { StepStopped, StepTimeout } from "../../src/engine/errors.ts";
import { type FinalStatus, newExecution, newStep } from "../../src/engine/executions.ts";
import {
  addIteration,
  beginExecution,
  beginStep,
  endExecution,
  endStep,
  holdExecution,
  holdStep,
  reachStep,
} from "../../src/engine/lifecycle.ts";

const definition = (name: string): StepDefinition => ({
  name,
  action: "aws:sleep",
  inputs: {},
  outputs: [],
  maxAttempts: 1,
  onFailure: "Abort",
  onCancel: "Abort",
  isCritical: true,
  isEnd: false,
});

const execution = (...names: string[]) =>
  newExecution({
    id: "e",
    accountId: "111122223333",
    region: "us-east-1",
    kind: "document",
    documentName: "D",
    documentVersion: "1",
    executedBy: "arn",
    parameters: {},
    shown: { Mode: "Auto" },
    tags: new Map(),
    outputNames: [],
    started: 0,
    steps: names.map((name) => newStep(definition(name))),
  });

describe("an execution", () => {
  test.each<FinalStatus>(["Success", "Failed", "TimedOut", "Cancelled"])(
    "that has ended as %s has ended",
    (status) => {
      const one = execution("a");
      beginExecution(one);
      endExecution(one, 1, status);
      for (const next of ["Success", "Failed", "Cancelled"] as const)
        expect(() => endExecution(one, 2, next)).toThrow(`${next} can't follow ${status}`);
      expect(() => holdExecution(one, "Cancelling")).toThrow("can't follow");
      expect(() => reachStep(one, newStep(definition("b")))).toThrow("is at no step");
      expect(one.state).toEqual({ status, ended: 1 });
    },
  );

  test("that is being cancelled neither goes on nor succeeds", () => {
    const one = execution("a");
    beginExecution(one);
    holdExecution(one, "Waiting");
    holdExecution(one, "Cancelling");
    expect(() => holdExecution(one, "InProgress")).toThrow("can't follow Cancelling");
    expect(() => endExecution(one, 1, "Success")).toThrow("can't follow Cancelling");
    endExecution(one, 1, "Cancelled");
    expect(one.state.status).toBe("Cancelled");
  });
});

describe("a step", () => {
  test("may begin again after it has ended, as in a circle, and not while it runs", () => {
    const step = newStep(definition("a"));
    expect(() => endStep(step, 1, "Success")).toThrow("Success can't follow Pending");
    beginStep(step, 1);
    expect(() => beginStep(step, 2)).toThrow("InProgress can't follow InProgress");
    holdStep(step, "Waiting");
    endStep(step, 3, "TimedOut");
    expect(step.state).toEqual({ status: "TimedOut", started: 1, ended: 3 });
    beginStep(step, 4);
    expect(step.state).toEqual({ status: "InProgress", started: 4 });
  });
});

test("iterations stand behind their loop, those of loops inside loops too", () => {
  const one = execution("before", "outer", "after");
  const [, outer] = one.steps;
  if (outer === undefined) throw new Error("There is no step.");
  const add = (loop: typeof outer, iteration: number, name: string) => {
    const step = newStep(definition(name), { parent: { step: loop, iteration } });
    addIteration(one, loop, [step]);
    return step;
  };
  const inner = add(outer, 1, "inner1");
  add(inner, 1, "deep1");
  add(inner, 2, "deep2");
  add(outer, 2, "inner2");
  expect(one.steps.map((step) => step.definition.name)).toEqual([
    ...["before", "outer", "inner1", "deep1", "deep2", "inner2", "after"],
  ]);
});

describe("the time of the engine", () => {
  const never = new AbortController().signal;

  test("stands until it is advanced, where the scale is 0", async () => {
    const time = createTime(0);
    const clock = startClock(time, 1000);
    let done = false;
    const slept = clock.sleep(600, never).then(() => {
      done = true;
    });
    time.advance(500);
    await wait(20);
    expect(done).toBe(false);
    time.advance(100);
    await slept;
    expect(clock.elapsed()).toBeGreaterThanOrEqual(600);
    expect(clock.elapsed()).toBeLessThan(610);
  });

  test("goes by as fast as the scale says, and counts in full", async () => {
    const clock = startClock(createTime(1000), 1000);
    const started = performance.now();
    await clock.sleep(100, never);
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(clock.elapsed()).toBeGreaterThanOrEqual(100);
  });

  test("ends a sleep at the deadline of its clock or of the one around it, and when it is aborted", async () => {
    const time = createTime(1000);
    await expect(startClock(time, 10).sleep(20, never)).rejects.toThrow(StepTimeout);
    const inner = startClock(time, 100, startClock(time, 10));
    await expect(inner.sleep(20, never)).rejects.toThrow(StepTimeout);
    const abort = new AbortController();
    const slept = startClock(createTime(0), 100).sleep(50, abort.signal);
    abort.abort();
    await expect(slept).rejects.toThrow(StepStopped);
  });
});
