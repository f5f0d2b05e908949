import { producedBefore } from "automation-language/availability";
import { type StepView, viewDocument } from "automation-language/document";
import { choicesOf, END, edgesOf, reach, scopesOf } from "automation-language/graph";
import { describe, expect, it } from "vitest";

type Draft = Readonly<Record<string, unknown>>;

const step = (name: string, more: Draft = {}): Draft => ({
  name,
  action: "aws:pause",
  inputs: {},
  ...more,
});
const branch = (name: string, targets: readonly string[], otherwise?: string): Draft =>
  step(name, {
    action: "aws:branch",
    inputs: {
      Choices: targets.map((NextStep) => ({ NextStep, Variable: "a", StringEquals: "a" })),
      ...(otherwise !== undefined && { Default: otherwise }),
    },
  });
const loop = (name: string, Steps: readonly Draft[], more: Draft = {}): Draft =>
  step(name, { action: "aws:loop", inputs: { Steps }, ...more });

const view = (...mainSteps: Draft[]) => viewDocument({ schemaVersion: "0.3", mainSteps });

/** `kind:target` of each edge of a step. */
const edges = (document: ReturnType<typeof view>, name: string): string[] =>
  document.steps
    .filter((one) => one.name === name)
    .flatMap(edgesOf)
    .map(({ kind, to }) => `${kind}:${to === END ? "END" : String(to)}`);

/** The names of the steps whose outputs are there when a step begins; undefined for one that is never reached. */
const before = (document: ReturnType<typeof view>): Record<string, string[]> =>
  Object.fromEntries(
    [...producedBefore(scopesOf(document))].map(([one, there]) => [
      one.name,
      [...there].map(({ name }) => name).sort(),
    ]),
  );

describe("the edges of a step", () => {
  it.each([
    ["fall through to the next", [step("a"), step("b")], ["success:b"]],
    ["end after the last", [step("a")], ["success:END"]],
    ["follow nextStep", [step("a", { nextStep: "c" }), step("b"), step("c")], ["success:c"]],
    ["end at isEnd, whatever follows", [step("a", { isEnd: true }), step("b")], ["success:END"]],
    ["end at isEnd written as text", [step("a", { isEnd: "True" }), step("b")], ["success:END"]],
    ["do not leave a failure that aborts", [step("a", { onFailure: "Abort" })], ["success:END"]],
    [
      "go on after a failure with Continue",
      [step("a", { onFailure: "Continue" }), step("b")],
      ["success:b", "failure:b"],
    ],
    [
      "end after a failure with Continue and isEnd",
      [step("a", { onFailure: "Continue", isEnd: true }), step("b")],
      ["success:END", "failure:END"],
    ],
    [
      "jump on failure and on cancellation",
      [step("a", { onFailure: "step:b", onCancel: "step:c" }), step("b"), step("c")],
      ["success:b", "failure:b", "cancel:c"],
    ],
    [
      "of a branch are its choices and its Default",
      [branch("a", ["b", "c"], "d"), step("b"), step("c"), step("d")],
      ["success:b", "success:c", "success:d"],
    ],
    [
      "of a branch without Default fall through",
      [branch("a", ["c"]), step("b"), step("c")],
      ["success:c", "success:b"],
    ],
    ["name steps that are not there", [step("a", { nextStep: "nowhere" })], ["success:nowhere"]],
  ] as const)("%s", (_, steps, expected) => {
    expect(edges(view(...steps), "a")).toEqual(expected);
  });

  it("say which key they come from", () => {
    const [a] = view(step("a", { nextStep: "b", onFailure: "step:b" }), step("b")).steps;
    expect((a ? edgesOf(a) : []).map(({ path }) => path)).toEqual([
      ["mainSteps", 0, "nextStep"],
      ["mainSteps", 0, "onFailure"],
    ]);
  });

  it("leave out choices without a target", () => {
    const broken = step("a", {
      action: "aws:branch",
      inputs: { Choices: ["x", { Variable: "a" }] },
    });
    const [a] = view(broken).steps;
    expect(a && choicesOf(a)).toEqual([]);
  });
});

describe("the steps that are reached", () => {
  const names = (steps: Iterable<StepView>) => [...steps].map(({ name }) => name).sort();

  it("are those on some path, over failures and cancellations too", () => {
    const document = view(
      step("a", { onFailure: "step:c", onCancel: "step:d", isEnd: true }),
      step("lost"),
      step("c", { isEnd: true }),
      step("d", { nextStep: "e" }),
      step("e", { isEnd: true }),
    );
    expect(names(scopesOf(document)[0]?.reached ?? [])).toEqual(["a", "c", "d", "e"]);
  });

  it("are found once, in a circle too", () => {
    const document = view(step("a", { nextStep: "b" }), step("b", { nextStep: "a" }));
    const [scope] = scopesOf(document);
    expect(names(scope?.reached ?? [])).toEqual(["a", "b"]);
    expect(names(reach([], document.steps, scope?.edges ?? []))).toEqual([]);
  });

  it("of a name that is used twice are the first's", () => {
    const document = view(
      step("a", { nextStep: "b" }),
      step("b", { nextStep: "c" }),
      step("b", { nextStep: "d" }),
      step("c", { isEnd: true }),
      step("d"),
    );
    expect(names(scopesOf(document)[0]?.reached ?? [])).toEqual(["a", "b", "c"]);
  });

  it("of a loop are a graph of their own", () => {
    const document = view(step("a"), loop("l", [step("x"), step("y")]), step("z"));
    expect(scopesOf(document).map(({ loop: one, steps }) => [one?.name, names(steps)])).toEqual([
      [undefined, ["a", "l", "z"]],
      ["l", ["x", "y"]],
    ]);
    expect(edges(document, "y")).toEqual(["success:END"]);
  });
});

describe("the outputs that are there when a step begins", () => {
  it("are those of the steps before it in a line", () => {
    expect(before(view(step("a"), step("b"), step("c")))).toEqual({
      a: [],
      b: ["a"],
      c: ["a", "b"],
    });
  });

  it("where ways meet are those that every way has", () => {
    const document = view(
      branch("pick", ["one"], "two"),
      step("one", { nextStep: "end" }),
      step("two", { nextStep: "end" }),
      step("end", { isEnd: true }),
    );
    expect(before(document).end).toEqual(["pick"]);
  });

  it("do not come along on the way of a failure or a cancellation", () => {
    const document = view(
      step("a"),
      step("b", { onFailure: "step:sorry", onCancel: "step:stop", isEnd: true }),
      step("sorry", { isEnd: true }),
      step("stop", { isEnd: true }),
    );
    expect(before(document)).toMatchObject({ sorry: ["a"], stop: ["a"] });
  });

  it("after Continue are without those of the step that may have failed", () => {
    const document = view(step("a", { onFailure: "Continue" }), step("b"));
    expect(before(document).b).toEqual([]);
  });

  it("are worked out anew when a later way back takes some away, however long the way on is", () => {
    const document = view(
      branch("start", ["long"], "make"),
      step("make"),
      step("use1"),
      step("use2"),
      branch("again", ["use1"], "end"),
      step("long", { nextStep: "use1" }),
      step("end", { isEnd: true }),
    );
    expect(before(document)).toMatchObject({
      use1: ["start"],
      use2: ["start", "use1"],
      again: ["start", "use1", "use2"],
      end: ["again", "start", "use1", "use2"],
    });
  });

  it("of a circle settle on what the first turn has", () => {
    const document = view(step("a"), step("b"), branch("again", ["a"], "end"), step("end"));
    expect(before(document)).toMatchObject({ a: [], b: ["a"], end: ["a", "again", "b"] });
  });

  it("in a loop are those of what stands before the loop, and after it those of its steps too", () => {
    const document = view(step("a"), loop("l", [step("x"), step("y")]), step("z"));
    expect(before(document)).toMatchObject({
      x: ["a"],
      y: ["a", "x"],
      z: ["a", "l", "x", "y"],
    });
  });

  it("of a loop within a loop come out of both", () => {
    const document = view(loop("outer", [loop("inner", [step("x")]), step("y")]), step("z"));
    expect(before(document)).toMatchObject({
      y: ["inner", "x"],
      z: ["inner", "outer", "x", "y"],
    });
  });

  it("of a step in a loop that may be passed by are not there after the loop", () => {
    const document = view(
      loop("l", [
        branch("pick", ["x"], "y"),
        step("x", { isEnd: true }),
        step("y", { isEnd: true }),
      ]),
      step("z"),
    );
    expect(before(document).z).toEqual(["l", "pick"]);
  });

  it("are not known for a step that no way leads to", () => {
    expect(before(view(step("a", { isEnd: true }), step("lost")))).toEqual({ a: [] });
  });
});
