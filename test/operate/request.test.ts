import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formOf } from "../../common/documents.ts";
import {
  allParameters,
  assertTaken,
  plan,
  type RunOptions,
  type Selection,
  unfollowed,
} from "../../operate/request.ts";

const INSTANCE = "i-0123456789abcdef0";
const options = (more: Partial<RunOptions>): RunOptions => ({
  document: "ContainEC2Instance",
  selection: { instance: INSTANCE },
  parameters: { S3BucketName: "backups" },
  dryRun: true,
  maxConcurrency: "5",
  maxErrors: "1",
  ...more,
});
const locations = { executionRole: "Execution", maxConcurrency: "5", maxErrors: "1" };
const inputs = (more: Partial<RunOptions>) =>
  plan(options(more))
    .waves.flat()
    .map(({ input }) => input);

describe("what is given", () => {
  const form = formOf();
  const check = (given: Readonly<Record<string, string>>) => () =>
    assertTaken("Mine", form, { AutomationAssumeRole: "", ...given }, true);

  it.each([
    [{}, "Mine needs S3BucketName"],
    [{ S3BucketName: "b", Colour: "blue" }, "Mine has no parameter Colour"],
    [{ S3BucketName: "b", Action: "Explode" }, "Mine takes Contain, Release, Restore for Action"],
  ])("%o is refused: %s", (given, message) => {
    expect(check(given)).toThrow(message);
  });

  it("is taken where nothing is missing or too much", () => {
    expect(check({ S3BucketName: "b", Action: "Release" })).not.toThrow();
  });
});

describe("a parameter by its name", () => {
  const all = (others: Readonly<Record<string, string>>) => () =>
    allParameters({ S3BucketName: "b" }, others, formOf());

  it.each([
    ["DryRun", "give --dry-run or --no-dry-run"],
    ["InstanceId", "give --instance"],
    ["AutomationAssumeRole", "give --role"],
    ["S3BucketName", "give --bucket"],
  ])("%s is refused, which would be dropped or drop an option", (name, remedy) => {
    expect(all({ [name]: "x" })).toThrow(
      expect.objectContaining({ remedy: expect.stringContaining(remedy) }),
    );
  });

  it("is taken where no option was given for it", () => {
    expect(all({ Action: "Explode", FindingId: "4711" })()).toEqual({
      S3BucketName: "b",
      Action: "Explode",
      FindingId: "4711",
    });
  });
});

describe("a run", () => {
  it("by instance id is a dry run in words unless told otherwise, without rate control", () => {
    expect(inputs({})).toEqual([
      {
        DocumentName: "ContainEC2Instance",
        Parameters: { S3BucketName: ["backups"], DryRun: ["true"], InstanceId: [INSTANCE] },
      },
    ]);
    expect(inputs({ dryRun: false })[0]?.Parameters?.DryRun).toEqual(["false"]);
  });

  it("by tag or resource group lets Systems Manager find the instances", () => {
    expect(inputs({ selection: { tag: "Incident=4711=a" } })[0]).toMatchObject({
      Targets: [{ Key: "tag:Incident", Values: ["4711=a"] }],
      TargetParameterName: "InstanceId",
      MaxConcurrency: "5",
      MaxErrors: "1",
    });
    expect(inputs({ selection: { group: "web" } })[0]?.Targets).toEqual([
      { Key: "ResourceGroup", Values: ["web"] },
    ]);
  });

  it("by file has every instance once, 50 at most in an execution, one execution after the other", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1 }), (numbers) => {
        const ids = numbers.map((number) => `i-${number.toString(16).padStart(17, "0")}`);
        const { waves } = plan(options({ selection: { instances: ids } }));
        for (const wave of waves) expect(wave).toHaveLength(1);
        const values = waves.flat().map(({ input }) => input.Targets?.[0]?.Values ?? []);
        for (const some of values) expect(some.length).toBeLessThanOrEqual(50);
        expect(values.flat()).toEqual([...new Set(ids)]);
      }),
    );
  });

  it("over accounts and Regions is one execution with target locations", () => {
    const [input, ...more] = inputs({
      selection: { tag: "Incident=4711" },
      parameters: {},
      locations: {
        ...locations,
        accounts: ["111122223333", "ou-ab12-cdefgh34"],
        regions: ["us-east-1", "eu-west-1"],
      },
    });
    expect(more).toEqual([]);
    expect(input?.TargetLocations).toEqual([
      {
        Accounts: ["111122223333", "ou-ab12-cdefgh34"],
        Regions: ["us-east-1", "eu-west-1"],
        ExecutionRoleName: "Execution",
        TargetLocationMaxConcurrency: "5",
        TargetLocationMaxErrors: "1",
        IncludeChildOrganizationUnits: true,
      },
    ]);
  });

  it("with a bucket for each account and Region is one execution for each, together", () => {
    const { waves } = plan(
      options({
        selection: { tag: "Incident=4711" },
        parameters: { S3BucketName: "backup-{account}-{region}" },
        locations: {
          ...locations,
          accounts: ["111122223333", "444455556666"],
          regions: ["us-east-1", "eu-west-1"],
        },
      }),
    );
    expect(waves).toHaveLength(1);
    expect(waves[0]?.map(({ input }) => input.Parameters?.S3BucketName?.[0])).toEqual([
      "backup-111122223333-us-east-1",
      "backup-111122223333-eu-west-1",
      "backup-444455556666-us-east-1",
      "backup-444455556666-eu-west-1",
    ]);
  });

  it("over many accounts with a bucket for each keeps to the locations' rate in waves", () => {
    const accounts = Array.from({ length: 12 }, (_, at) => String(100000000000 + at));
    const run = (maxConcurrency: string, maxErrors: string) =>
      plan(
        options({
          selection: { tag: "Incident=4711" },
          parameters: { S3BucketName: "b-{account}" },
          locations: {
            ...locations,
            maxConcurrency,
            maxErrors,
            accounts,
            regions: ["us-east-1"],
          },
        }),
      );
    expect(run("5", "1").waves.map((wave) => wave.length)).toEqual([5, 5, 2]);
    expect(run("5", "1").mayFail).toBe(1);
    expect(run("50%", "100%").waves.map((wave) => wave.length)).toEqual([6, 6]);
    expect(run("1%", "100%").waves).toHaveLength(12);
    expect(run("1%", "100%").mayFail).toBe(12);
  });

  it("passes rules as a list of maps, each as JSON", () => {
    const rules = '[{"Cidr":"192.0.2.10/32","IpProtocol":"tcp","FromPort":"22","ToPort":"22"}]';
    expect(inputs({ parameters: { IngressInput: rules } })[0]?.Parameters?.IngressInput).toEqual([
      rules.slice(1, -1),
    ]);
    expect(() => inputs({ parameters: { IngressInput: "22" } })).toThrow("not a JSON list of maps");
    const fifty = `[${Array.from({ length: 50 }, () => rules.slice(1, -1)).join(",")}]`;
    expect(inputs({ parameters: { EgressInput: fifty } })[0]?.Parameters?.EgressInput).toHaveLength(
      50,
    );
  });

  it("is proved by what a person typed: the instance id, the tag, the group, the number of instances", () => {
    const proof = (selection: RunOptions["selection"]) => plan(options({ selection })).proof.text;
    expect(proof({ instance: INSTANCE })).toBe(INSTANCE);
    expect(proof({ tag: "A=b" })).toBe("A=b");
    expect(proof({ group: "web" })).toBe("web");
    expect(proof({ instances: [INSTANCE, INSTANCE] })).toBe("1");
  });
});

describe("a run is refused", () => {
  const rules = (count: number): string =>
    JSON.stringify(
      Array.from({ length: count }, (_, port) => ({
        Cidr: "192.0.2.10/32",
        IpProtocol: "tcp",
        FromPort: String(port),
        ToPort: String(port),
      })),
    );

  it.each<[string, Partial<RunOptions>, string]>([
    [
      "with more rules than Systems Manager takes values",
      { parameters: { IngressInput: rules(51) } },
      "(IngressInput) has 51 rules; Systems Manager takes 50 values",
    ],
    [
      "with a value that is longer than Systems Manager takes",
      { parameters: { TagIdentifier: `Key=a,Value=${"x".repeat(513)}` } },
      "has 525 characters; Systems Manager takes 512",
    ],
    ["without instances", { selection: {} }, "No instance was named"],
    [
      "with two kinds of them",
      { selection: { instance: INSTANCE, tag: "A=b" } },
      "More than one way",
    ],
    [
      "with an id that is none",
      { selection: { instance: "web-1" } },
      "web-1 is not an instance id",
    ],
    ["with an empty file", { selection: { instances: [] } }, "names no instance"],
    ["with a tag that is none", { selection: { tag: "Incident" } }, "is not a tag"],
    ["with a rate that AWS does not take", { maxConcurrency: "0" }, "none that AWS takes"],
    [
      "for one instance in several Regions",
      {
        locations: {
          ...locations,
          accounts: ["111122223333"],
          regions: ["us-east-1", "eu-west-1"],
        },
      },
      "one account and Region",
    ],
    [
      "for accounts without Regions",
      {
        selection: { tag: "A=b" },
        locations: { ...locations, accounts: ["111122223333"], regions: [] },
      },
      "No Regions",
    ],
    [
      "for an account that is none",
      {
        selection: { tag: "A=b" },
        locations: { ...locations, accounts: ["prod"], regions: ["us-east-1"] },
      },
      "neither an account id",
    ],
    [
      "for one bucket in several accounts",
      {
        selection: { tag: "A=b" },
        locations: { ...locations, accounts: ["ou-ab12-cdefgh34"], regions: ["us-east-1"] },
      },
      "is one account's",
    ],
  ])("%s", (_, more, message) => {
    expect(() => plan(options(more))).toThrow(message);
  });
});

describe("without following", () => {
  const place = { account: undefined, region: "us-east-1" };
  const release = { instance: INSTANCE, place, bucket: "backups", key: "key" };
  const ids = Array.from({ length: 51 }, (_, at) => `i-${String(at).padStart(17, "0")}`);
  const said = (selection: Selection, more: Partial<RunOptions> = {}) => {
    const given = options({ selection, dryRun: false, ...more });
    return unfollowed(plan(given), given);
  };
  const two: Selection = { releases: { of: "id", each: [release, release] } };

  it("releases that are to wait for each other are refused", () => {
    expect(() => said(two, { maxConcurrency: "1" })).toThrow(/start all 2 releases at once, and 1/);
  });

  it.each<[string, Selection, Partial<RunOptions>, RegExp | undefined]>([
    ["their dry run", two, { maxConcurrency: "1", dryRun: true }, /all 2 executions are started/],
    ["releases that may run at once", two, { maxConcurrency: "100%" }, undefined],
    ["the parts of a file", { instances: ids }, {}, /all 2 executions are started at once/],
    ["one instance", { instance: INSTANCE }, {}, undefined],
    ["a tag", { tag: "Incident=4711" }, {}, undefined],
  ])("what is said of %s", (_, selection, more, words) => {
    expect(said(selection, more) ?? "").toMatch(words ?? /^$/);
  });
});
