/** The runbook as it is published: dry run, Contain, Release; and what only a real network shows of it. */
import {
  CreateSecurityGroupCommand,
  DescribeInstancesCommand,
  DescribeSecurityGroupsCommand,
  ModifyNetworkInterfaceAttributeCommand,
  RevokeSecurityGroupEgressCommand,
} from "@aws-sdk/client-ec2";
import { ownName } from "../../common/names.ts";
import { type InstanceRun, instanceRunOf } from "../../operate/instanceRun.ts";
import { lines, reportOf } from "../../operate/report/record.ts";
import { about, compared, type Probe, unseen } from "../probe.ts";
import { bucket } from "../resources/bucket.ts";
import { type Ended, ended, startRunbook } from "../resources/executions.ts";
import { type Machines, machines } from "../resources/instances.ts";
import { network, tagged } from "../resources/network.ts";
import type { Run } from "../run.ts";
import { type Heard, heard, hold } from "./held.ts";

/** A connection counts as cut when its other end has heard nothing for so many seconds. */
const SILENCE = 10;

/** Looks after which a cut would show: half a minute at the usual two seconds. */
const SHOW = 15;

const start = async (run: Run, parameters: Readonly<Record<string, string>>): Promise<string> => {
  const { subject } = await machines(run);
  const S3BucketName = await bucket(run);
  return startRunbook(run, { InstanceId: subject.id, S3BucketName, ...parameters });
};

const read = (end: Ended): InstanceRun =>
  instanceRunOf(end.execution, { account: undefined, region: "" });

/** The groups of the subject's interface now. */
async function groupsNow(run: Run): Promise<readonly string[]> {
  const { subject } = await machines(run);
  const found = await run.clients.ec2.send(
    new DescribeInstancesCommand({ InstanceIds: [subject.id] }),
  );
  const [first] = found.Reservations?.[0]?.Instances?.[0]?.NetworkInterfaces ?? [];
  return (first?.Groups ?? []).map(({ GroupId = "" }) => GroupId).sort();
}

/** What the run of Contain and Release came to. */
interface Story {
  readonly contain: Ended;
  readonly isolated: boolean;
  readonly openSeconds: string;
  readonly release: Ended | undefined;
  readonly back: boolean;
  /** Why no connection was held; or what its other end heard. */
  readonly connection: string | { readonly alone: Heard; readonly contained: Heard };
}

const story = (run: Run): Promise<Story> => run.once("story", () => tell(run));

async function tell(run: Run): Promise<Story> {
  const both = await machines(run);
  const before = await groupsNow(run);
  const unheld = await hold(run, both);
  const alone = unheld === undefined ? await afterGroupAlone(run, both) : undefined;
  const contain = await ended(run, await start(run, { DryRun: "false" }));
  const isolated = await isContained(run);
  if (alone !== undefined) await run.wait(SHOW);
  const after = alone === undefined ? undefined : await heard(run, both.peer.id);
  const { told } = read(contain);
  const release =
    told?.backup === undefined
      ? undefined
      : await ended(
          run,
          await start(run, {
            ...{ Action: "Release", DryRun: "false" },
            S3PrefixName: told.backup.key,
          }),
        );
  return {
    contain,
    isolated,
    openSeconds: lines(reportOf(contain.outputs, both.subject.id), "Open for seconds")[0] ?? "",
    release,
    back: (await groupsNow(run)).join() === before.join(),
    connection:
      alone && after
        ? { alone, contained: after }
        : (unheld ?? "the peer's command answers nothing"),
  };
}

/**
 * What is heard after the interface was put on a group without rules and nothing else was done: what the runbook would
 * come to without its all-access group. Its own groups are given back.
 */
async function afterGroupAlone(run: Run, { subject, peer }: Machines): Promise<Heard | undefined> {
  const { ec2 } = run.clients;
  const put = (groups: readonly string[]) =>
    ec2.send(
      new ModifyNetworkInterfaceAttributeCommand({
        NetworkInterfaceId: subject.interface,
        Groups: [...groups],
      }),
    );
  const closed = await closedGroup(run);
  try {
    await put([closed]);
    await run.wait(SHOW);
    return await heard(run, peer.id);
  } finally {
    await put(subject.groups);
  }
}

async function closedGroup(run: Run): Promise<string> {
  const { vpc } = await network(run);
  const { ec2 } = run.clients;
  const GroupId = await run.registry.numbered("group", async () => {
    const made = await ec2.send(
      new CreateSecurityGroupCommand({
        ...{ GroupName: "closed", Description: "npm run acceptance", VpcId: vpc },
        TagSpecifications: tagged(run, "security-group"),
      }),
    );
    return made.GroupId;
  });
  await run.eventually(() =>
    ec2.send(
      new RevokeSecurityGroupEgressCommand({
        GroupId,
        IpPermissions: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
      }),
    ),
  );
  return GroupId;
}

/** Whether the interface is on one group, of the runbook's name and without rules. */
async function isContained(run: Run): Promise<boolean> {
  const groups = await groupsNow(run);
  if (groups.length !== 1) return false;
  const found = await run.clients.ec2.send(
    new DescribeSecurityGroupsCommand({ GroupIds: [...groups] }),
  );
  const [group] = found.SecurityGroups ?? [];
  return (
    ownName(group?.GroupName ?? "")?.kind === "containment" &&
    group?.IpPermissions?.length === 0 &&
    group.IpPermissionsEgress?.length === 0
  );
}

const NEEDS: Probe["needs"] = ["network", "instances", "bucket", "runbook role"];
/** Of what is told of a containment: the documents that run commands act as the probes' role. */
const OF_STORY: Probe["needs"] = [...NEEDS, "probe role"];

const outcomeOf = (end: Ended): string =>
  [end.status, read(end).told?.headline ?? end.failure.split("\n")[0] ?? ""]
    .filter((part) => part !== "")
    .join(": ");

export const runbookDryRun: Probe = {
  id: "runbook-dry-run",
  question: "Does the runbook's dry run report, and change nothing?",
  expected: "Success, with a plan; the interface keeps its groups",
  promised: true,
  needs: NEEDS,
  costs: { steps: 6, scriptSeconds: 60 },
  run: async (run) => {
    const before = await groupsNow(run);
    const end = await ended(run, await start(run, {}));
    const kept = (await groupsNow(run)).join() === before.join();
    return compared(
      end.status === "Success" && kept,
      `${outcomeOf(end)}; the interface ${kept ? "keeps its groups" : "HAS OTHER GROUPS"}`,
      { execution: end.id, calls: read(end).told?.calls },
    );
  },
};

export const runbookContain: Probe = {
  id: "runbook-contain",
  question: "Does Contain isolate the instance?",
  expected: "Success; the interface is on a containment group without rules",
  promised: true,
  needs: OF_STORY,
  costs: { steps: 16, scriptSeconds: 120 },
  run: async (run) => {
    const { contain, isolated } = await story(run);
    return compared(
      contain.status === "Success" && isolated,
      `${outcomeOf(contain)}; the interface ${isolated ? "is on a containment group without rules" : "IS NOT CONTAINED"}`,
      { execution: contain.id, warnings: read(contain).told?.warnings },
    );
  },
};

export const runbookRelease: Probe = {
  id: "runbook-release",
  question: "Does Release give everything back?",
  expected: "Success; the interface has the groups that it had",
  promised: true,
  needs: OF_STORY,
  costs: { steps: 10, scriptSeconds: 60 },
  run: async (run) => {
    const { release, back } = await story(run);
    return compared(
      release?.status === "Success" && back,
      `${release === undefined ? "not begun: Contain named no backup" : outcomeOf(release)}; the interface ${back ? "has the groups that it had" : "HAS OTHER GROUPS"}`,
      { execution: release?.id, warnings: release && read(release).told?.warnings },
    );
  },
};

export const openTime: Probe = {
  id: "open-time",
  question: "For how long is an interface open to all while its connections are cut?",
  expected: "part of a second: two calls, one after the other",
  needs: OF_STORY,
  costs: { steps: 0, scriptSeconds: 0 },
  run: async (run) => {
    const { openSeconds } = await story(run);
    if (openSeconds === "") throw new Error("The report of Contain does not say for how long.");
    return { outcome: "measured", saw: `${openSeconds} s`, data: { seconds: Number(openSeconds) } };
  },
};

export const trackedConnections: Probe = {
  ...about("tracked-connections"),
  needs: OF_STORY,
  costs: { steps: 6, scriptSeconds: 0 },
  run: async (run) => {
    const { connection } = await story(run);
    if (typeof connection === "string") return unseen(connection);
    const { alone, contained } = connection;
    const cut = ({ silent }: Heard): string =>
      silent >= SILENCE ? `cut (silent for ${silent} s)` : "lives on";
    return {
      outcome: "measured",
      saw: `by another group alone: ${cut(alone)}; by Contain: ${cut(contained)}`,
      data: { alone, contained },
    };
  },
};
