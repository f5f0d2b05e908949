/**
 * Forged hints at every place that a handler reads: they cost at most a warning, or an honest failure of an instance
 * that is isolated; and a release gives no group that the true backup does not name.
 */
import { CreateOrUpdateTagsCommand, EnterStandbyCommand } from "@aws-sdk/client-auto-scaling";
import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  DeleteTagsCommand,
  ModifyNetworkInterfaceAttributeCommand,
  RevokeSecurityGroupEgressCommand,
} from "@aws-sdk/client-ec2";
import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import type { Emulator } from "automation-emulator";
import { runInstance } from "automation-emulator/sample/account";
import { makeAutoScalingGroup, memberTestAccount } from "../../account/asg.ts";
import { put, putSealed, readBackup } from "../../account/backup.ts";
import type { Parameters, Run } from "../../account/run.ts";
import type { Snapshot } from "../../account/snapshot.ts";
import {
  backupKey,
  makeTestAccount,
  type TestAccount,
  withInstance,
} from "../../account/testAccount.ts";
import { drift, lasting, lies, openInterfaces } from "./checks.ts";
import { containmentGroups, interfacesOf, reachable } from "./state.ts";
import type { Trial } from "./trials.ts";

interface Forged {
  readonly testAccount: TestAccount;
  /** The key of the true backup; of none, before the containment. */
  readonly key: string;
  /** A group that lets everything in, which the forger wants to see on the instance. */
  readonly evil: string;
}

interface Hint {
  readonly name: string;
  /** Whether it is there before the first Contain, or comes between that and what is run next. */
  readonly when: "before" | "after";
  readonly member?: true;
  /** The forger could have put any group on the instance: what it is on then is what it had. */
  readonly onInstance?: true;
  forge(given: Forged): Promise<unknown>;
}

const MARK = "ContainEC2Instance:Backup";
const EXECUTION = "00000000-0000-4000-8000-000000000000";
const everything = [
  { IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }], Ipv6Ranges: [{ CidrIpv6: "::/0" }] },
];
/** Texts that would do something if anything took them for code. EC2 takes no others in descriptions and names. */
const commands = "{{ InstanceId }} $(id); [x] (y) ..//../x.json#@,&*";
const wild = `'; rm -rf / #{{ x }}$(id)\u202eтест${"x".repeat(200)}`.slice(0, 255);

const tag = ({ ec2 }: TestAccount, ids: readonly string[], Key: string, Value: string) =>
  ec2.send(new CreateTagsCommand({ Resources: [...ids], Tags: [{ Key, Value }] }));

interface Planted {
  readonly kind?: "containment" | "all-access";
  readonly of?: string;
  /** Whether the group lets nothing in or out, as one of the runbook's. */
  readonly shut?: boolean;
}

/** A group with a name as the runbook gives it, and this description. */
async function plant(
  { ec2, instanceId, network }: TestAccount,
  Description: string,
  { kind = "containment", of = instanceId, shut = false }: Planted = {},
): Promise<string> {
  const GroupName = `ContainEC2Instance-${kind}-${of}-${EXECUTION}`;
  const made = await ec2.send(
    new CreateSecurityGroupCommand({ GroupName, Description, VpcId: network.vpcId }),
  );
  const given = { GroupId: made.GroupId, IpPermissions: everything };
  await (shut
    ? ec2.send(new RevokeSecurityGroupEgressCommand(given))
    : ec2.send(new AuthorizeSecurityGroupIngressCommand(given)));
  return made.GroupId ?? "";
}

const putOn = ({ ec2 }: TestAccount, NetworkInterfaceId: string, ...Groups: string[]) =>
  ec2.send(new ModifyNetworkInterfaceAttributeCommand({ NetworkInterfaceId, Groups }));

const first = ({ interfaceIds: [id = ""] }: TestAccount): string => id;

/** A backup as the runbook writes it, which says of every interface that it had the evil group; its key. */
function forgedBackup({ testAccount, evil }: Forged, more: object = {}): Promise<string> {
  const { accountId, access, instanceId, interfaceIds, network } = testAccount;
  const one = { Vpc: network.vpcId, Groups: [evil], Names: { [evil]: "evil" } };
  return putSealed(
    testAccount,
    JSON.stringify({
      ...{ AccountId: accountId, Region: access.region, InstanceId: instanceId },
      ...{ FormatVersion: "1", ExecutionId: EXECUTION, CreatedAt: "2099-01-01T00:00:00Z" },
      ...{
        Rules: { Ingress: [], Egress: [] },
        Tags: [],
        AutoScaling: {},
        Tagged: [],
        Supersedes: [],
      },
      Interfaces: Object.fromEntries(interfaceIds.map((id) => [id, one])),
      ...more,
    }),
  );
}

/** The key of the true backup of another instance. */
async function neighboursBackup(testAccount: TestAccount): Promise<string> {
  const groups = [[testAccount.network.groups.admin ?? ""]];
  const made = await runInstance(testAccount.ec2, testAccount.network.subnetId, groups);
  return backupKey(await withInstance(testAccount, made.instanceId, made.interfaceIds).contain());
}

const groupTag = ({ autoscaling }: TestAccount, Key: string, Value: string) =>
  autoscaling.send(
    new CreateOrUpdateTagsCommand({
      Tags: [
        {
          ...{ ResourceId: "fleet", ResourceType: "auto-scaling-group" },
          ...{ Key, Value, PropagateAtLaunch: false },
        },
      ],
    }),
  );

async function ownGroup(testAccount: TestAccount): Promise<string> {
  const [group = ""] = containmentGroups(await lasting(testAccount), testAccount.instanceId);
  return group;
}

/** Where a description may lead. */
const leads: Readonly<Record<string, (given: Forged) => Promise<string>>> = {
  "leads nowhere": async () => "2026/01/01/00/00/none.json",
  "is a command": async () => commands,
  "is as long as may be": async () => "x".repeat(255),
  "leads to garbage": ({ testAccount }) => put(testAccount, "garbage.json", "<Error/>"),
  "leads to a planted backup": forgedBackup,
  "leads to a planted backup that can't be": (given) =>
    forgedBackup(given, { Interfaces: "eni-12345678", Supersedes: 1 }),
  "leads to a planted backup that lacks what it needs": (given) =>
    forgedBackup(given, { CreatedAt: undefined, Tags: undefined, AutoScaling: { Name: "fleet" } }),
  "leads to a planted backup whose names are none": (given) =>
    forgedBackup(given, {
      Interfaces: { [first(given.testAccount)]: { Vpc: "x", Groups: [given.evil], Names: "x" } },
    }),
  "leads to a planted backup that fills what a step may return": (given) =>
    forgedBackup(given, { Supersedes: Array<string>(99).fill("x".repeat(999)) }),
  "leads to another instance's backup": ({ testAccount }) => neighboursBackup(testAccount),
};

const planted: readonly Hint[] = Object.entries(leads).flatMap(([name, lead]): Hint[] => [
  {
    name: `a group beside the instance ${name}`,
    when: "before",
    forge: async (given) => plant(given.testAccount, await lead(given)),
  },
  {
    name: `an open group on the instance ${name}`,
    when: "before",
    onInstance: true,
    forge: async (given) =>
      putOn(
        given.testAccount,
        first(given.testAccount),
        await plant(given.testAccount, await lead(given)),
      ),
  },
  {
    name: `an open group beside the web group, on the instance, ${name}`,
    when: "before",
    onInstance: true,
    forge: async (given) => {
      const group = await plant(given.testAccount, await lead(given));
      return putOn(
        given.testAccount,
        first(given.testAccount),
        group,
        given.testAccount.network.groups.web ?? "",
      );
    },
  },
  {
    name: `a shut group on the instance ${name}`,
    when: "before",
    onInstance: true,
    forge: async (given) => {
      const group = await plant(given.testAccount, await lead(given), { shut: true });
      return putOn(given.testAccount, first(given.testAccount), group);
    },
  },
  {
    name: `an all-access group on the instance ${name}`,
    when: "after",
    onInstance: true,
    forge: async (given) => {
      const group = await plant(given.testAccount, await lead(given), { kind: "all-access" });
      return putOn(given.testAccount, first(given.testAccount), group);
    },
  },
  {
    name: `an open group put beside the containment's, which ${name}`,
    when: "after",
    onInstance: true,
    forge: async (given) => {
      const group = await plant(given.testAccount, await lead(given));
      return putOn(
        given.testAccount,
        first(given.testAccount),
        group,
        await ownGroup(given.testAccount),
      );
    },
  },
]);

const tagged: readonly Hint[] = (["before", "after"] as const).flatMap((when): Hint[] => [
  {
    name: "the instance and its interfaces carry the mark of another backup",
    when,
    forge: async (given) => {
      const value = `s3://${given.testAccount.bucket}/${await forgedBackup(given)}`;
      return tag(
        given.testAccount,
        [given.testAccount.instanceId, ...given.testAccount.interfaceIds],
        MARK,
        value,
      );
    },
  },
  {
    name: "the instance's tags are commands",
    when,
    forge: ({ testAccount }) =>
      tag(testAccount, [testAccount.instanceId, first(testAccount)], wild.slice(0, 127), wild),
  },
  {
    name: "the Auto Scaling group's MinSize note says 99999",
    when,
    member: true,
    forge: ({ testAccount }) => groupTag(testAccount, "ContainEC2Instance:MinSize", "99999/1"),
  },
  {
    name: "the Auto Scaling group's MinSize note says nothing at all",
    when,
    member: true,
    forge: ({ testAccount }) => groupTag(testAccount, "ContainEC2Instance:MinSize", "{{ x }}/-1"),
  },
  {
    name: "the Auto Scaling group's marker leads to a planted backup",
    when,
    member: true,
    forge: async (given) =>
      groupTag(
        given.testAccount,
        `ContainEC2Instance:${given.testAccount.instanceId}`,
        await forgedBackup(given, { AutoScaling: { Name: "fleet", MinSize: 0, State: "Pending" } }),
      ),
  },
  {
    name: "the Auto Scaling group's marker is a command",
    when,
    member: true,
    forge: ({ testAccount }) =>
      groupTag(testAccount, `ContainEC2Instance:${testAccount.instanceId}`, wild),
  },
  {
    name: "a group beside the instance has the all-access name",
    when,
    forge: ({ testAccount }) => plant(testAccount, "x", { kind: "all-access" }),
  },
  {
    name: "a group has the name of another instance's containment group",
    when,
    forge: ({ testAccount }) =>
      plant(testAccount, "x", { of: `${testAccount.instanceId.slice(0, -1)}` }),
  },
]);

const sizes = { Owner: 50, MinSize: 51, DesiredCapacity: 51, MaxSize: 60 };

/** What a planted backup says of the Auto Scaling group, to which the marker of a member in Standby leads. */
const scalings: Readonly<Record<string, unknown>> = {
  "is a text": "1234567",
  "has seven other keys": Object.fromEntries([..."1234567"].map((name) => [name, "fleet"])),
  "has texts for sizes": {
    ...{ Name: "fleet", State: "InService", Tags: [] },
    ...Object.fromEntries(Object.keys(sizes).map((name) => [name, "50"])),
  },
  "says that MinSize was 50": { Name: "fleet", State: "InService", Tags: [], ...sizes },
};

const standby: readonly Hint[] = Object.entries(scalings).map(
  ([name, AutoScaling]): Hint => ({
    name: `the member is in Standby, and its marker leads to a planted backup whose Auto Scaling ${name}`,
    when: "before",
    member: true,
    forge: async (given) => {
      const { autoscaling, instanceId } = given.testAccount;
      await autoscaling.send(
        new EnterStandbyCommand({
          AutoScalingGroupName: "fleet",
          InstanceIds: [instanceId],
          ShouldDecrementDesiredCapacity: false,
        }),
      );
      const key = await forgedBackup(given, { AutoScaling });
      await groupTag(given.testAccount, `ContainEC2Instance:${instanceId}`, key);
    },
  }),
);

/** Backups that somebody who may write to the bucket has put in the true one's place. */
const rewritten: Readonly<Record<string, (given: Forged) => Promise<string>>> = {
  "is cut short": async () => '{"FormatVersion": "1"',
  "is empty": async () => "",
  "is a list": async () => "[]",
  "is deeply nested": async () => "[".repeat(100_000),
  "is 10 MB long": async () => `{"x": "${"x".repeat(10_000_000)}"}`,
  "names the evil group": async ({ testAccount, key, evil }) => {
    const backup = await readBackup(testAccount, key);
    const parts = Object.entries(backup.Interfaces).map(([id, one]) => [
      id,
      { ...one, Groups: [evil] },
    ]);
    return JSON.stringify({ ...backup, Interfaces: Object.fromEntries(parts) });
  },
  "has the checksums that somebody worked out": async ({ testAccount, key }) =>
    JSON.stringify({
      ...(await readBackup(testAccount, key)),
      Checksum: "0".repeat(64),
      Digest: key,
    }),
};

const tampered: readonly Hint[] = [
  ...Object.entries(rewritten).map(
    ([name, text]): Hint => ({
      name: `the backup ${name}`,
      when: "after",
      forge: async (given) => put(given.testAccount, given.key, await text(given)),
    }),
  ),
  {
    name: "the backup is deleted",
    when: "after",
    forge: ({ testAccount, key }) =>
      testAccount.s3.send(new DeleteObjectCommand({ Bucket: testAccount.bucket, Key: key })),
  },
  {
    name: "garbage lies beside the backup",
    when: "after",
    forge: ({ testAccount, key }) =>
      Promise.all(
        [".json", "/x.json", "-images.json"].map((end) => put(testAccount, key + end, "<x>")),
      ),
  },
  {
    name: "a newer planted backup takes the true one over",
    when: "after",
    forge: (given) => forgedBackup(given, { Supersedes: [given.key] }),
  },
  {
    name: "the containment group carries the mark of another backup",
    when: "after",
    forge: async ({ testAccount }) =>
      tag(testAccount, [await ownGroup(testAccount)], MARK, "s3://evil/x.json"),
  },
  {
    name: "the containment group has lost its mark",
    when: "after",
    forge: async ({ testAccount }) =>
      testAccount.ec2.send(
        new DeleteTagsCommand({ Resources: [await ownGroup(testAccount)], Tags: [{ Key: MARK }] }),
      ),
  },
  {
    name: "the containment group lets everything in",
    when: "after",
    forge: async ({ testAccount }) =>
      testAccount.ec2.send(
        new AuthorizeSecurityGroupIngressCommand({
          GroupId: await ownGroup(testAccount),
          IpPermissions: everything,
        }),
      ),
  },
  {
    name: "the containment group lets everything out",
    when: "after",
    forge: async ({ testAccount }) =>
      testAccount.ec2.send(
        new AuthorizeSecurityGroupEgressCommand({
          GroupId: await ownGroup(testAccount),
          IpPermissions: everything,
        }),
      ),
  },
];

const hints: readonly Hint[] = [...planted, ...tagged, ...standby, ...tampered];

/** Makes an account, with a group that lets everything in beside an instance, or beside a member of a group. */
async function prepare(emulator: Emulator, { member }: Hint): Promise<Forged> {
  const base = await makeTestAccount(emulator, { interfaces: [["web", "db"], ["db"]] });
  const testAccount = member
    ? await memberTestAccount(
        base,
        await makeAutoScalingGroup(base, { min: 2, max: 3, desired: 2 }),
      )
    : base;
  const made = await testAccount.ec2.send(
    new CreateSecurityGroupCommand({
      ...{ GroupName: "evil", Description: "x", VpcId: testAccount.network.vpcId },
    }),
  );
  const evil = made.GroupId ?? "";
  await testAccount.ec2.send(
    new AuthorizeSecurityGroupIngressCommand({ GroupId: evil, IpPermissions: everything }),
  );
  return { testAccount, evil, key: "" };
}

const otherRules: Parameters = {
  IngressInput: ['{"Cidr":"203.0.113.9/32","IpProtocol":"tcp","FromPort":"22","ToPort":"22"}'],
};

/** What is run once the hint is there; a Release comes last in any case. */
type Then = "Contain" | "Contain with other rules" | "Release";

async function tryHint(emulator: Emulator, hint: Hint, then: Then): Promise<readonly string[]> {
  const made = await prepare(emulator, hint);
  const { testAccount } = made;
  const original = await lasting(testAccount);
  if (hint.when === "before") await hint.forge(made);
  const before = await lasting(testAccount);
  const first = await testAccount.contain();
  const wrong = [...(await judge(testAccount, hint, first, {}))];
  let key = keyOf(first);
  if (hint.when === "after") await hint.forge({ ...made, key });
  if (then !== "Release") {
    const asked = then === "Contain" ? {} : otherRules;
    const run = await testAccount.contain(asked);
    wrong.push(...(await judge(testAccount, hint, run, asked)));
    key = keyOf(run) || key;
  }
  const contained = await lasting(testAccount);
  const release = await testAccount.release(key);
  const now = await lasting(testAccount);
  return [
    ...wrong,
    ...notTheirs(testAccount, hint, { original, before, contained, now }),
    ...python(release),
    ...(hint.onInstance ? [] : await lies(testAccount, release)),
  ];
}

const keyOf = (run: Run): string => (Array.isArray(run.json.Backup) ? backupKey(run) : "");

/** What a Contain may not do for a hint's sake. */
async function judge(
  testAccount: TestAccount,
  { onInstance }: Hint,
  run: Run,
  asked: Parameters,
): Promise<readonly string[]> {
  const strange = testAccount.emulator.calls
    .mutating({ executionId: run.id })
    .map(({ parameters }) => parameters.NetworkInterfaceId)
    .filter((id) => id !== undefined && !testAccount.interfaceIds.includes(String(id)));
  const more = reachable(await lasting(testAccount), testAccount.instanceId, asked);
  return [
    ...more.map((line) => `${run.status}: ${line} ${run.failure.slice(-300)}`),
    ...(await openInterfaces(testAccount)),
    // Whose groups a forger has put on the instance, bear the runbook's name without being its own.
    ...(onInstance ? [] : await lies(testAccount, run)),
    ...strange.map((id) => `it changed ${String(id)}`),
    ...python(run),
  ];
}

interface States {
  /** Before the hint. */
  readonly original: Snapshot;
  /** Before the containment. */
  readonly before: Snapshot;
  readonly contained: Snapshot;
  readonly now: Snapshot;
}

/** A release gives the groups of before, or leaves the instance contained. */
function notTheirs(
  { instanceId }: TestAccount,
  hint: Hint,
  { original, before, contained, now }: States,
): readonly string[] {
  const groupsOf = (state: Snapshot): ReadonlyMap<string, string> =>
    new Map(interfacesOf(state, instanceId).map(({ id, groups }) => [id, groups.join()]));
  const known = [original, before, contained].map(groupsOf);
  const own = containmentGroups(now);
  const given = interfacesOf(now, instanceId)
    .filter(({ id, groups }) => known.every((one) => one.get(id) !== groups.join()))
    // Who could put a group on the instance had the groups that the group's backup tells of.
    .filter(({ groups }) => !hint.onInstance || groups.some((group) => own.includes(group)))
    .map(({ id, groups }) => `the Release gave ${id} ${groups.join(", ")}`);
  const resized = drift(original, now).filter((line) => / (?:min|max): /.test(line));
  return [...given, ...(hint.member ? resized : [])];
}

/** A traceback is no report. */
const python = (run: Run): readonly string[] =>
  /Traceback|KeyError|TypeError|AttributeError|IndexError/.test(run.failure)
    ? [`the error is one of Python: ${run.failure.slice(-300)}`]
    : [];

const thens: readonly Then[] = ["Contain", "Contain with other rules", "Release"];

/** Every hint, each with what is run next. */
export const hintTrials: readonly Trial[] = hints.flatMap((hint) =>
  thens.map(
    (then): Trial => ({
      scenario: hint.member ? "a member of a group" : "two interfaces",
      kind: `hint, ${hint.when} Contain, then ${then}`,
      name: `hint ${hint.when} Contain, then ${then}: ${hint.name}`,
      mode: "kill",
      run: (emulator) => tryHint(emulator, hint, then),
    }),
  ),
);
