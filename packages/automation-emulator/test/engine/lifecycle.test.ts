import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { createTime, startClock, startRun } from "../../src/engine/clock.ts";
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

const never = new AbortController().signal;

describe("the time of the engine", () => {
  test("stands until it is advanced, where the scale is 0", async () => {
    const time = createTime(0);
    const clock = startClock(startRun(time), 1000);
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

  test("goes by as fast as the scale says, and a wait counts as what was asked for", async () => {
    const clock = startClock(startRun(createTime(10_000)), 1000);
    await clock.sleep(100, never);
    expect(clock.elapsed()).toBeGreaterThanOrEqual(100);
    // Even one millisecond that a timer is late would be 10 s.
    expect(clock.elapsed()).toBeLessThan(105);
  });

  test("goes on by another scale in the middle of a wait, and back to the first at a reset", async () => {
    const time = createTime(0);
    const clock = startClock(startRun(time), 10_000);
    const slept = clock.sleep(3600, never);
    time.advance(600);
    time.setScale(10_000);
    await slept;
    expect(clock.elapsed()).toBeGreaterThanOrEqual(3600);
    expect(clock.elapsed()).toBeLessThan(3610);
    time.reset();
    expect(time.scale).toBe(0);
  });

  test("that is advanced past a wait is past its deadline too", async () => {
    const time = createTime(0);
    const clock = startClock(startRun(time), 3600);
    const slept = clock.sleep(5, never);
    time.advance(4000);
    await slept;
    expect(clock.left()).toBeLessThanOrEqual(-400);
  });

  test("ends a sleep at the deadline of its clock or of the one around it, and when it is aborted", async () => {
    const run = (scale = 1000) => startRun(createTime(scale));
    await expect(startClock(run(), 10).sleep(20, never)).rejects.toThrow(StepTimeout);
    const around = run();
    const inner = startClock(around, 100, startClock(around, 10));
    await expect(inner.sleep(20, never)).rejects.toThrow(StepTimeout);
    const abort = new AbortController();
    const slept = startClock(run(0), 100).sleep(50, abort.signal);
    abort.abort();
    await expect(slept).rejects.toThrow(StepStopped);
  });
});

describe("a deadline", () => {
  test("of a loop sees the waits of all steps inside it", async () => {
    const run = startRun(createTime(1000));
    const loop = startClock(run, 100);
    await startClock(run, 50, loop).sleep(40, never);
    await startClock(run, 50, loop).sleep(40, never);
    await expect(startClock(run, 50, loop).sleep(40, never)).rejects.toThrow(StepTimeout);
  });

  test("sees a wait that a signal ended, and what a script slept", async () => {
    const time = createTime(0);
    const run = startRun(time);
    const clock = startClock(run, 100);
    const answered = new AbortController();
    const slept = clock.sleep(Number.POSITIVE_INFINITY, answered.signal);
    time.advance(60);
    answered.abort();
    await expect(slept).rejects.toThrow(StepStopped);
    run.skip(30);
    expect(clock.left()).toBeLessThanOrEqual(10);
    expect(clock.left()).toBeGreaterThan(5);
  });

  describe("of a step that waits for another execution", () => {
    const nested = (scale: number, seconds: number) => {
      const time = createTime(scale);
      const [parent, child] = [startRun(time), startRun(time)];
      parent.join(child, new Promise(() => undefined));
      return { time, child, clock: startClock(parent, seconds) };
    };

    test("sees what that one waits", async () => {
      const { child, clock } = nested(1000, 1000);
      const waits = (async () => {
        for (let n = 0; n < 10; n += 1) await child.wait(200, never);
      })();
      await expect(clock.until(never)).rejects.toThrow(StepTimeout);
      expect(child.elapsed()).toBeGreaterThanOrEqual(1000);
      await waits;
    });

    test("is not sooner for what that one works, however large the scale is", async () => {
      const { clock } = nested(10_000, 5);
      const ended = new AbortController();
      setTimeout(() => ended.abort(), 50);
      await clock.until(ended.signal);
      expect(clock.left()).toBeGreaterThan(0);
    });

    test("comes at once when the time is advanced past it", async () => {
      const { time, clock } = nested(0, 3600);
      const waits = clock.until(never);
      time.advance(3601);
      await expect(waits).rejects.toThrow(StepTimeout);
    });
  });
});
