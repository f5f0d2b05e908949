import { describe, expect, it } from "vitest";
import type { Evidence } from "../../operate/contained/evidence.ts";
import { bucketIn, keyParts, type OwnGroup } from "../../operate/contained/groups.ts";
import { judge } from "../../operate/contained/judge.ts";
import { containedText } from "../../operate/contained/show.ts";
import { type InstanceRun, instanceRunOf, releasableFrom } from "../../operate/instanceRun.ts";

const INSTANCE = "i-0123456789abcdef0";
const OTHER = "i-0fedcba9876543210";
const ENI = "eni-0123456789abcdef0";
const NOW = new Date("2026-02-01T00:00:00Z");
const digest = "a".repeat(64);
const executionId = (number: number): string =>
  `01234567-89ab-4cde-8f01-${String(number).padStart(12, "0")}`;
const keyOf = (number: number, month = "01"): string =>
  `2026/${month}/31/12/0${number}/${executionId(number)}.${digest}.json`;

const group = (more: Partial<OwnGroup> = {}, number = 1): OwnGroup => ({
  id: `sg-${number}`,
  name: `ContainEC2Instance-containment-${INSTANCE}-${executionId(number)}`,
  kind: "containment",
  instance: INSTANCE,
  execution: executionId(number),
  key: keyOf(number),
  bucket: "evidence",
  rules: [],
  interfaces: [{ id: ENI, instance: INSTANCE }],
  ...more,
});

/** A run as Systems Manager gives it, with a report of this title. */
const run = (
  title: string,
  number = 1,
  sections: Readonly<Record<string, readonly string[]>> = {},
): InstanceRun =>
  instanceRunOf(
    {
      AutomationExecutionId: executionId(number),
      DocumentName: "ContainEC2Instance",
      AutomationExecutionStatus: "Success",
      ExecutionStartTime: new Date(`2026-01-31T12:0${number}:00Z`),
      ExecutionEndTime: new Date(`2026-01-31T12:0${number}:30Z`),
      ExecutedBy: "arn:aws:iam::111122223333:user/kay",
      Outputs: {
        "verdict.Json": [
          JSON.stringify({
            Title: `${title}: ${INSTANCE} in 111122223333, us-east-1, execution ${executionId(number)}`,
            "Still allowed": ["nothing"],
            Backup: [`s3://evidence/${keyOf(number)}`],
            ...sections,
          }),
        ],
      },
    },
    { account: undefined, region: "us-east-1" },
  );

const evidence = (more: Partial<Evidence> = {}): Evidence => ({
  place: { account: undefined, region: "us-east-1" },
  groups: [group()],
  instances: new Map([[INSTANCE, [{ id: ENI, groups: [{ id: "sg-1", name: "contain" }] }]]]),
  tags: new Map([[INSTANCE, `s3://evidence/${keyOf(1)}`]]),
  runs: [run("CONTAINED")],
  ...more,
});
const on = (...groups: readonly string[]): Evidence["instances"] =>
  new Map([[INSTANCE, [{ id: ENI, groups: groups.map((id) => ({ id, name: id })) }]]]);
const judged = (more: Partial<Evidence> = {}) => judge(evidence(more), NOW);

describe("what groups, tags and executions say of an instance", () => {
  it("is contained without a problem where all agree", () => {
    expect(judged()).toEqual([
      {
        instance: INSTANCE,
        place: { account: undefined, region: "us-east-1" },
        state: "contained",
        since: new Date("2026-01-31T12:01:30Z"),
        execution: executionId(1),
        startedBy: "arn:aws:iam::111122223333:user/kay",
        document: "ContainEC2Instance",
        bucket: "evidence",
        key: keyOf(1),
        sources: { groups: "agrees", execution: "agrees", tag: "agrees" },
        problems: [],
      },
    ]);
  });

  const forgedTag = { tags: new Map([[INSTANCE, "s3://evil/key.json"]]) };
  it.each<[string, Partial<Evidence>, string, RegExp]>([
    [
      "a group that no execution confirms",
      { runs: [] },
      "NOT CONFIRMED",
      /No execution says that it made sg-1 \(ContainEC2Instance-containment-i-/,
    ],
    [
      "a group with another key than its execution's",
      { groups: [group({ key: keyOf(2) })] },
      "NOT CONFIRMED",
      /do not agree with each other/,
    ],
    [
      "a group for another instance",
      { groups: [group({ instance: OTHER })], runs: [] },
      "not contained",
      /named for another instance/,
    ],
    [
      "the group that lets everything through",
      { groups: [group({ kind: "all-access" })] },
      "OPEN TO ALL",
      /Contain it again, which closes first/,
    ],
    [
      "a second group beside the containment's",
      { instances: on("sg-1", "sg-own") },
      "not contained",
      /is on sg-1 \(sg-1\), sg-own \(sg-own\): not isolated/,
    ],
    [
      "groups that somebody gave it after the containment",
      { groups: [], instances: on("sg-own") },
      "not contained",
      /no Release gave its groups back/,
    ],
    [
      "a tag that nothing else confirms",
      { groups: [], runs: [], instances: on("sg-own") },
      "not contained",
      /the tag is forged or left over/,
    ],
    ["a tag of another backup", forgedTag, "contained", /Its tag names another backup/],
    [
      "rules that were added",
      { groups: [group({ rules: ["Ingress tcp 22-22 0.0.0.0/0"] })] },
      "contained",
      /also allows Ingress tcp 22 0\.0\.0\.0\/0/,
    ],
    [
      "a Release after which a group contains it",
      { runs: [run("CONTAINED"), run("RELEASED", 2)] },
      "contained",
      /released it; what contains it now, no execution says/,
    ],
    [
      "a Release that failed",
      { runs: [run("CONTAINED"), run("RELEASE FAILED", 2)] },
      "contained",
      /did not give everything back/,
    ],
    [
      "a containment that failed",
      {
        runs: [run("CONTAINMENT FAILED; the instance is NOT isolated as asked")],
        groups: [],
        instances: on("sg-own"),
      },
      "not contained",
      /did not isolate it/,
    ],
    [
      "a containment that failed with the instance on its group",
      {
        groups: [group({ rules: ["Egress tcp 443-443 198.51.100.7/32"] })],
        runs: [run("CONTAINMENT FAILED; the instance is NOT isolated as asked")],
      },
      "NOT CONFIRMED",
      /000001 did not isolate it \(Containment failed: the instance is NOT isolated as asked\)/,
    ],
    [
      "a failed containment's group that is open",
      {
        groups: [group({ rules: ["Ingress -1 -1--1 0.0.0.0/0"] })],
        runs: [run("CONTAINMENT FAILED; the instance MAY NOT BE isolated as asked")],
      },
      "NOT CONFIRMED",
      /lets everybody in or out: Ingress everything 0\.0\.0\.0\/0/,
    ],
    [
      "a further containment that failed, beside the first one that holds",
      {
        runs: [
          run("CONTAINED"),
          run("CONTAINMENT FAILED; the instance is NOT isolated as asked", 2),
        ],
      },
      "contained",
      /000002 did not isolate it/,
    ],
    [
      "a failed containment without a backup or a tag, which blames no tag",
      {
        groups: [],
        tags: new Map(),
        runs: [run("CONTAINMENT FAILED; the instance is NOT isolated as asked", 1, { Backup: [] })],
        instances: on("sg-own"),
      },
      "not contained",
      /^The execution \S+ did not isolate it .*$/,
    ],
  ])("tells of %s", (_, more, state, problem) => {
    const [found, ...others] = judged(more);
    expect(others).toEqual([]);
    expect(found?.state).toBe(state);
    expect(found?.problems.join("\n")).toMatch(problem);
  });

  it("says which interfaces are outside, where some are", () => {
    const both = [
      { id: ENI, groups: [{ id: "sg-1", name: "contain" }] },
      { id: "eni-0fedcba9876543210", groups: [{ id: "sg-own", name: "web" }] },
    ];
    const [found] = judged({ instances: new Map([[INSTANCE, both]]) });
    expect(found?.state).toBe("partly contained");
    expect(found?.problems).toEqual(["eni-0fedcba9876543210 is on sg-own (web): not isolated."]);
  });

  it("takes the time, the execution and the key from the group where Systems Manager has forgotten the run", () => {
    const old = judge(evidence({ runs: [] }), new Date("2026-06-01T00:00:00Z"));
    expect(old).toMatchObject([
      {
        state: "contained",
        since: new Date("2026-01-31T12:01:00Z"),
        execution: executionId(1),
        bucket: "evidence",
        key: keyOf(1),
        sources: { groups: "agrees", execution: "too old", tag: "agrees" },
        problems: [],
      },
    ]);
  });

  it("lists nothing that was released, dry-run or never contained", () => {
    const free = { groups: [], tags: new Map(), instances: on("sg-own") };
    expect(judged({ ...free, runs: [] })).toEqual([]);
    expect(judged({ ...free, runs: [run("CONTAINED"), run("RELEASED", 2)] })).toEqual([]);
    expect(judged({ ...free, runs: [run("DRY RUN OF CONTAIN, nothing was changed")] })).toEqual([]);
  });

  it("lists a terminated instance that was not released, with its key", () => {
    const [found] = judged({ groups: [], tags: new Map(), instances: new Map() });
    expect(found).toMatchObject({ state: "terminated", key: keyOf(1), bucket: "evidence" });
  });
});

describe("what a run can be released from", () => {
  it.each<[string, string | undefined]>([
    ["CONTAINED", keyOf(1)],
    ["CONTAINED, WITH WARNINGS", keyOf(1)],
    ["ALREADY CONTAINED", keyOf(1)],
    ["CONTAINMENT FAILED; the instance is NOT isolated as asked", keyOf(1)],
    ["RELEASED", undefined],
    ["DRY RUN OF CONTAIN, nothing was changed", undefined],
    ["Something else", undefined],
  ])("of %s is %s", (title, key) => {
    expect(releasableFrom(run(title))?.key).toBe(key);
  });

  it("is nothing where the key does not seal the backup", () => {
    const unsealed = run("CONTAINED", 1, { Backup: ["s3://evidence/some/key.json"] });
    expect(releasableFrom(unsealed)).toBeUndefined();
  });
});

it("no text of a tag looks like a line of its own", () => {
  const [found] = judged({ tags: new Map([[INSTANCE, `s3://evil/\n✔ ${OTHER}  contained`]]) });
  const home = {
    ...{ region: "us-east-1", assumeRole: undefined },
    clientsAt: () => Promise.reject(new Error("nothing is read")),
  };
  const text = containedText(found === undefined ? [] : [found], home);
  expect(text).toContain(`✔ ${OTHER}  contained`);
  expect(text.match(/^\S.*$/gm)).toEqual([expect.stringContaining(INSTANCE)]);
});

describe("keys and tags", () => {
  it("a key says when it was written and by which execution", () => {
    const parts = { written: new Date("2026-01-31T12:01:00Z"), execution: executionId(1) };
    expect(keyParts(keyOf(1))).toEqual(parts);
    expect(keyParts(`incidents/4711/${keyOf(1)}`)).toEqual(parts);
    for (const other of ["", "key.json", keyOf(1).slice(0, -6), keyOf(1).replace("31", "99")])
      expect(keyParts(other)).toBeUndefined();
  });

  it("a tag says the bucket of its own key alone, cut off as it may be", () => {
    const key = `${"long/".repeat(30)}${keyOf(1)}`;
    expect(bucketIn(`s3://evidence/${key}`.slice(0, 256), key)).toBe("evidence");
    expect(bucketIn(`s3://evil/${keyOf(2)}`, key)).toBe("");
    expect(bucketIn("", key)).toBe("");
    for (const bucket of ["a b", "x", "\n✔ i-0", "$(id)", "'"])
      expect(bucketIn(`s3://${bucket}/${key}`, key)).toBe("");
  });
});
