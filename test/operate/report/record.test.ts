import type { AutomationExecutionStatus } from "@aws-sdk/client-ssm";
import { describe, expect, it } from "vitest";
import { momentsOf } from "../../../operate/report/moments.ts";
import { type Group, reach, rulesFrom } from "../../../operate/report/network.ts";
import { again, nextOf, quoted } from "../../../operate/report/next.ts";
import type { NetworkNow } from "../../../operate/report/readNetwork.ts";
import { recordOf } from "../../../operate/report/record.ts";
import { verdictOf } from "../../../operate/report/verdict.ts";
import { DIGEST, ENI, ID, INSIDE, INSTANCE, KEY, recordLike, WEB } from "./example.ts";

describe("the record of an execution", () => {
  it("has what the run found, planned and reported", () => {
    expect(recordLike()).toMatchObject({
      id: ID,
      ours: true,
      action: "Contain",
      dryRun: false,
      instanceId: INSTANCE,
      report: { title: "CONTAINED", text: "the report as text" },
      interfaces: [{ id: ENI, from: [WEB], to: [INSIDE], state: "contained" }],
      backup: { bucket: "evidence-one", key: KEY, digest: DIGEST },
    });
  });

  it.each<[string | undefined, boolean]>([
    ["false", false],
    ["False", false],
    ["FALSE", false],
    ["true", true],
    ["True", true],
    [undefined, true],
  ])("is of a dry run by the parameter as Automation takes it: %s", (given, dryRun) => {
    const DryRun = given === undefined ? {} : { DryRun: [given] };
    const execution = { Parameters: { InstanceId: [INSTANCE], ...DryRun } };
    expect(recordLike({ execution }).dryRun).toBe(dryRun);
  });

  it.each([
    "a), sg-0123456789abcdef9 (b",
    "; now sg-0123456789abcdef9 (x)",
    "x; before y",
    "web (old), web",
  ])(
    "takes the groups of before from the run's data, whatever they are called: %s",
    (groupName) => {
      const [found] = recordLike({ groupName }).interfaces;
      expect(found?.from).toEqual([{ id: WEB.id, name: groupName }]);
      expect(found?.state).toBe("contained");
    },
  );

  it.each([
    "a), sg-0123456789abcdef9 (b",
    "; now sg-0123456789abcdef9 (x)",
    "x; before y",
    "q: back to sg-0123456789abcdef9 (y)",
  ])("reads what a release gave back, whatever it is called: %s", (name) => {
    const other = { id: "sg-0123456789abcdef3", name: "database" };
    const text = `${WEB.id} (${name}), ${other.id} (${other.name})`;
    const names = { [WEB.id]: name, [other.id]: other.name };
    const given = { Vpc: "vpc-1", Groups: [WEB.id, other.id], Names: names };
    const line = `${ENI}: as before; before ${text}; now ${text}`;
    const released = recordLike({
      recorded: { [ENI]: given },
      sections: { Interfaces: [line] },
    }).interfaces;
    expect(released).toMatchObject([{ state: "as before", to: [{ id: WEB.id, name }, other] }]);
  });

  it("reads a state that quotes rules", () => {
    const state = `NOT AS ASKED, ${INSIDE.id} (${INSIDE.name}) allows Ingress tcp 22-22 10.0.0.0/8; of another run, with the backup x; before y.json`;
    const line = `${ENI}: ${state}; before unknown; now ${INSIDE.id} (${INSIDE.name})`;
    expect(recordLike({ sections: { Interfaces: [line] } }).interfaces).toMatchObject([
      { state, to: [INSIDE] },
    ]);
  });

  it.each(["a), sg-0123456789abcdef9 (b", "a), sg-0123456789abcdef9 (b); now <img src=x> $(id)"])(
    "reads the groups of a dry run by the ids that its calls have: %s",
    (name) => {
      const [found] = recordLike({
        steps: { getAutoScalingInstanceInfo: {} },
        sections: {
          Interfaces: [],
          "What changes": [`${ENI}: from ${WEB.id} (${name}): to the containment group`],
          "Calls that would be made": [
            { Step: "x", Call: "y", Parameters: { NetworkInterfaceId: ENI, Groups: [WEB.id] } },
          ],
        },
      }).interfaces;
      expect(found?.from).toEqual([{ id: WEB.id, name }]);
    },
  );

  it("reads from and to of a dry run's lines", () => {
    const line = (change: string) => [`${ENI}: from ${WEB.id} (web): ${change}`];
    const of = (change: string) =>
      recordLike({
        steps: { getAutoScalingInstanceInfo: {} },
        sections: { Interfaces: [], "What changes": line(change) },
      }).interfaces;
    expect(of("to the containment group, its connections cut")).toMatchObject([
      {
        id: ENI,
        from: [WEB],
        to: undefined,
        state: "to the containment group, its connections cut",
      },
    ]);
    expect(of("stays as it is")).toMatchObject([{ from: [WEB], to: [WEB] }]);
    expect(of(`back to ${INSIDE.id} (${INSIDE.name})`)).toMatchObject([{ to: [INSIDE] }]);
  });

  it("leaves the scripts out of the raw record, and nothing else", () => {
    const { raw } = recordLike({
      steps: { verdict: { Inputs: { Script: "import boto3", Handler: "handler" } } },
    });
    expect(raw).not.toContain("import boto3");
    expect(raw).toContain('"Handler": "handler"');
  });

  it.each([
    ["{", "text that is no JSON"],
    ["[]", "JSON of another form"],
    ['{"Title": 1}', "a report of another form"],
  ])("does without outputs that are not the runbook's: %s", (text) => {
    const record = recordOf({ AutomationExecutionId: ID, Outputs: { "verdict.Json": [text] } }, [
      { StepName: "getAutoScalingInstanceInfo", Outputs: { Run: [text] } },
    ]);
    expect(record).toMatchObject({
      ours: false,
      report: undefined,
      plan: undefined,
      interfaces: [],
    });
  });
});

describe("who can reach an interface", () => {
  const group = (id: string, permissions: Parameters<typeof rulesFrom>[0]): Group => ({
    id,
    name: id,
    note: "",
    rules: { ingress: rulesFrom(permissions, new Map([["sg-b", "balancer"]])), egress: [] },
  });

  it.each([
    [{ IpProtocol: "-1" }, "everything"],
    [{ IpProtocol: "tcp", FromPort: 22, ToPort: 22 }, "tcp 22"],
    [{ IpProtocol: "6", FromPort: 80, ToPort: 90 }, "tcp 80–90"],
    [{ IpProtocol: "udp", FromPort: 0, ToPort: 65535 }, "all udp"],
    [{ IpProtocol: "icmp", FromPort: -1, ToPort: -1 }, "icmp"],
    [{ IpProtocol: "icmp", FromPort: 8, ToPort: -1 }, "icmp type 8"],
    [{ IpProtocol: "icmpv6", FromPort: 1, ToPort: 4 }, "icmpv6 type 1 code 4"],
    [{ IpProtocol: "50" }, "protocol 50"],
  ])("%j lets %s through", (permission, traffic) => {
    const rules = rulesFrom([{ ...permission, IpRanges: [{ CidrIp: "10.0.0.0/8" }] }]);
    expect(rules.map((rule) => rule.traffic)).toEqual([traffic]);
  });

  it("is what the rules of all its groups allow together, everyone first", () => {
    const tcp = (port: number) => ({ IpProtocol: "tcp", FromPort: port, ToPort: port });
    const found = reach(
      [
        group("sg-1", [
          { ...tcp(5432), UserIdGroupPairs: [{ GroupId: "sg-b" }] },
          { ...tcp(443), IpRanges: [{ CidrIp: "10.0.0.0/8" }] },
        ]),
        group("sg-2", [
          { ...tcp(80), IpRanges: [{ CidrIp: "10.0.0.0/8" }, { CidrIp: "0.0.0.0/0" }] },
          { ...tcp(22), PrefixListIds: [{ PrefixListId: "pl-1" }] },
        ]),
      ],
      "ingress",
    );
    expect(found.map(({ peer, traffic }) => [peer.id, peer.name, traffic.join()])).toEqual([
      ["0.0.0.0/0", "", "tcp 80"],
      ["sg-b", "balancer", "tcp 5432"],
      ["10.0.0.0/8", "", "tcp 80,tcp 443"],
      ["pl-1", "", "tcp 22"],
    ]);
  });
});

describe("the networks of a run", () => {
  const everyone = rulesFrom([{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }]);
  const now = (
    groups: readonly { readonly id: string; readonly name: string }[],
    insideRules = { ingress: [], egress: [] } as Group["rules"],
  ): NetworkNow => {
    const known = new Map<string, Group>([
      [WEB.id, { ...WEB, note: "", rules: { ingress: everyone, egress: everyone } }],
      [INSIDE.id, { ...INSIDE, note: "", rules: insideRules }],
    ]);
    return {
      read: new Date("2026-11-25T17:00:00Z"),
      unread: [],
      groups: known,
      interfaces: [
        {
          id: ENI,
          vpc: "vpc-0123456789abcdef0",
          addresses: ["10.0.1.4"],
          groups: groups.map(
            (each) => known.get(each.id) ?? { ...each, note: "", rules: undefined },
          ),
          state: "",
        },
      ],
    };
  };
  const titles = (...args: Parameters<typeof momentsOf>): readonly string[] =>
    momentsOf(...args).networks.map(({ title, when }) => `${title} (${when})`);

  it("are before and now, where it is still as the run proved it", () => {
    const { networks, drift } = momentsOf(recordLike(), now([INSIDE]), undefined);
    expect(networks.map(({ title }) => title)).toEqual(["Before", "Now"]);
    expect(networks[1]?.interfaces[0]?.groups[0]?.rules).toEqual({ ingress: [], egress: [] });
    expect(drift).toEqual([]);
  });

  it("are three where it was changed since, and say what", () => {
    const moments = momentsOf(recordLike(), now([WEB]), undefined);
    expect(moments.networks.map(({ title }) => title)).toEqual(["Before", "After the run", "Now"]);
    expect(moments.networks[2]?.interfaces[0]?.state).toBe("changed since");
    expect(moments.drift).toEqual([`${ENI} has other groups now: web (${WEB.id}).`]);
    expect(verdictOf(recordLike(), moments.drift)).toMatchObject({
      tone: "bad",
      headline: "Contained, but no longer as the run left it",
    });
    expect(nextOf(recordLike(), "us-east-1", true)[0]?.heading).toMatch(/^To contain it again/);
  });

  it("tell a rule that somebody gave the containment group since", () => {
    const open = { ingress: everyone, egress: [] };
    expect(momentsOf(recordLike(), now([INSIDE], open), undefined).drift).toEqual([
      `The rules of ${INSIDE.name} (${INSIDE.id}) were changed since.`,
    ]);
  });

  it("tell an interface that was attached or detached since", () => {
    const other = { ...now([INSIDE]) };
    const moved = other.interfaces?.map((each) => ({ ...each, id: "eni-0123456789abcdef9" }));
    expect(momentsOf(recordLike(), { ...other, interfaces: moved }, undefined).drift).toEqual([
      `${ENI} is not attached any more.`,
      `eni-0123456789abcdef9 was attached since: ${INSIDE.name} (${INSIDE.id}).`,
    ]);
  });

  it("are as it is and as it would be, for a dry run", () => {
    const dry = recordLike({
      execution: { Parameters: { InstanceId: [INSTANCE] } },
      title: "DRY RUN OF CONTAIN, nothing was changed",
      sections: {
        Interfaces: [],
        "What changes": [`${ENI}: from ${WEB.id} (web): to the containment group`],
      },
    });
    expect(titles(dry, now([WEB]), undefined)).toEqual([
      "As it is (now)",
      "After Contain (planned)",
    ]);
    expect(verdictOf(dry)).toMatchObject({ tone: "plan" });
  });

  it("are only what the run says, where nothing can be read", () => {
    expect(titles(recordLike(), undefined, undefined)).toEqual([
      "Before (past)",
      "After the run (past)",
    ]);
  });

  it("are only how it is now, for a run that was refused", () => {
    const refused = recordLike({
      report: false,
      steps: { getAutoScalingInstanceInfo: { StepStatus: "Pending" } },
    });
    expect(titles(refused, now([WEB]), undefined)).toEqual(["Now (now)"]);
  });
});

describe("the verdict", () => {
  const ended = (status: string, title: string) =>
    verdictOf(
      recordLike({
        execution: { AutomationExecutionStatus: status as AutomationExecutionStatus },
        title,
      }),
    );
  it.each([
    ["Success", "CONTAINED", "good", "Contained"],
    ["Success", "CONTAINED, WITH WARNINGS", "warn", "Contained, with warnings"],
    ["Success", "ALREADY CONTAINED", "good", "Already contained"],
    ["Success", "ALREADY CONTAINED, WITH WARNINGS", "warn", "Already contained, with warnings"],
    [
      "Failed",
      "CONTAINMENT FAILED; the instance is only PARTLY isolated as asked",
      "bad",
      "Containment failed: the instance is only PARTLY isolated as asked",
    ],
    [
      "Failed",
      "CONTAINMENT FAILED; the instance IS isolated as asked",
      "warn",
      "The instance is isolated, but the containment is not complete",
    ],
    ["Success", "RELEASED", "good", "Released"],
    [
      "Success",
      "RELEASED BEFORE, nothing was changed",
      "good",
      "Released before: nothing was changed",
    ],
    ["Failed", "RELEASE FAILED", "bad", "Release failed: not all was given back"],
    [
      "Success",
      "DRY RUN OF RELEASE, nothing was changed",
      "plan",
      "Dry run of Release: nothing was changed",
    ],
  ])("of %s with %s is %s: %s", (status, title, tone, headline) => {
    expect(ended(status, title)).toMatchObject({ tone, headline });
  });

  it("of a run under way is none, and names its step", () => {
    const record = recordLike({
      execution: { AutomationExecutionStatus: "InProgress" },
      steps: { verdict: { StepStatus: "InProgress" } },
      report: false,
    });
    expect(verdictOf(record)).toMatchObject({
      tone: "plan",
      headline: "Still running (InProgress)",
      meaning: expect.stringContaining("in the step verdict since 16:35:13 UTC"),
    });
    expect(nextOf(record, "us-east-1")[0]?.commands[0]?.line).toBe(
      `npm run status -- ${ID} --region us-east-1`,
    );
  });

  it("of a run that was refused is why, and that the instance was not changed", () => {
    const FailureMessage =
      "Step fails when it is Poll action status for completion. \n\nValueError - The bucket is public.";
    const record = recordLike({
      execution: { AutomationExecutionStatus: "Failed" },
      report: false,
      steps: {
        validateRequiredInputs: { StepStatus: "Failed", FailureMessage },
        branchOnAutoScalingGroupMembership: { StepStatus: "Pending" },
      },
    });
    expect(verdictOf(record)).toEqual({
      tone: "bad",
      headline: "Contain did not begin (Failed): the instance was not changed",
      meaning: "The bucket is public.",
    });
  });

  it.each([
    [
      "CONTAINED",
      {
        tone: "warn",
        headline: /^Contained at the end of the run; how it stands now could not be read$/,
      },
    ],
    [
      "CONTAINMENT FAILED; the instance is NOT isolated as asked",
      { tone: "bad", headline: /^Con/ },
    ],
  ])("of a run whose instance can't be read now promises nothing of now: %s", (title, wanted) => {
    const { tone, headline } = verdictOf(recordLike({ title }), [], true);
    expect(tone).toBe(wanted.tone);
    expect(headline).toMatch(wanted.headline);
  });

  it("of a run that ended on its way is that nothing is proved", () => {
    const record = recordLike({
      execution: { AutomationExecutionStatus: "TimedOut" },
      report: false,
    });
    expect(verdictOf(record)).toMatchObject({
      tone: "bad",
      headline: "Contain ended as TimedOut, without a verdict",
    });
  });

  it("of another document is none", () => {
    const record = recordOf(
      { AutomationExecutionStatus: "Success", DocumentName: "AWS-StopEC2Instance" },
      [{ StepName: "StopInstances" }],
    );
    expect(verdictOf(record).headline).toBe(
      "An execution of another document: AWS-StopEC2Instance",
    );
    expect(nextOf(record, "us-east-1")).toEqual([]);
  });
});

describe("what to do next", () => {
  it("has the runbook's lines to paste, with what each does", () => {
    const line = `aws --region us-east-1 ec2 modify-instance-attribute --instance-id ${INSTANCE} --disable-api-termination`;
    const record = recordLike({
      sections: {
        "Next, which this role may not do": [line],
        "To release": ["aws ssm start-automation-execution …"],
      },
    });
    expect(nextOf(record, "us-east-1")).toMatchObject([
      { commands: [{ line, does: "Keep anybody from terminating the instance." }] },
      { heading: "To release the instance, when the incident is over" },
    ]);
  });

  it("is the same run for real, after a dry run", () => {
    const record = recordLike({
      title: "DRY RUN OF CONTAIN",
      execution: { Parameters: { InstanceId: [INSTANCE], S3BucketName: ["it's"] } },
    });
    expect(nextOf(record, "eu-west-1")[0]?.commands[0]?.line).toBe(
      `aws --region eu-west-1 ssm start-automation-execution --document-name ContainEC2Instance --document-version 3 --parameters '{"InstanceId":["${INSTANCE}"],"S3BucketName":["it'\\''s"],"DryRun":["false"]}'`,
    );
  });

  it("is of a run over several instances the same for all of them, with the same rates", () => {
    const record = recordLike({
      execution: {
        TargetParameterName: "InstanceId",
        Targets: [{ Key: "tag:Team", Values: ["a b"] }],
        MaxConcurrency: "5",
        MaxErrors: "100%",
      },
    });
    expect(again(record, "us-east-1", "", { DryRun: ["false"] }).commands[0]?.line).toMatch(
      / --target-parameter-name InstanceId --targets '\[{"Key":"tag:Team","Values":\["a b"\]}\]' --max-concurrency 5 --max-errors 100%$/,
    );
  });

  it.each([
    ["plain-1.2/a", "plain-1.2/a"],
    ["a b", "'a b'"],
    ["$(id)", "'$(id)'"],
    ["it's", "'it'\\''s'"],
    ["", "''"],
  ])("%j is the word %s of a shell", (text, word) => {
    expect(quoted(text)).toBe(word);
  });
});
