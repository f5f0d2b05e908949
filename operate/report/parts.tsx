import type { ComponentChildren, JSX } from "preact";
import { isFinal } from "../follow.ts";
import type { Evidence } from "./evidence.ts";
import { type Moments, momentsOf } from "./moments.ts";
import type { Network } from "./network.ts";
import { nextOf } from "./next.ts";
import { GroupRules, NetworkPicture } from "./picture.tsx";
import type { NetworkNow } from "./readNetwork.ts";
import { lines, type RunRecord, rulesOfBackup } from "./record.ts";
import { Changes, EvidenceSection, NextSection, Plan, PlannedCalls } from "./sections.tsx";
import { Heading } from "./text.tsx";
import { Timeline } from "./timeline.tsx";
import { type Verdict, verdictOf } from "./verdict.ts";

/** All that is shown of one execution. */
export interface InstanceData {
  readonly record: RunRecord;
  readonly region: string;
  /** The instance's network at the time of the report; undefined where it was not read. */
  readonly now: NetworkNow | undefined;
  /** Undefined where it was not looked at. */
  readonly evidence: Evidence | undefined;
  /** What the document says of its steps, by their names; empty where it may not be read. */
  readonly descriptions: ReadonlyMap<string, string>;
}

/** An execution with what follows from all that is shown of it. */
export interface Judged extends InstanceData {
  readonly moments: Moments;
  /** As it holds now, where the instance could be looked at. */
  readonly verdict: Verdict;
}

export function judged(data: InstanceData): Judged {
  const { record, now, evidence } = data;
  const backup = evidence?.backup?.text;
  const moments = momentsOf(record, now, backup === undefined ? undefined : rulesOfBackup(backup));
  const unseen = now !== undefined && now.interfaces === undefined;
  return { ...data, moments, verdict: verdictOf(record, moments.drift, unseen) };
}

/** A part of a report: its heading, and what stands below it. */
export interface Part {
  readonly id: string;
  readonly heading: string;
  readonly body: ComponentChildren;
}

/** The execution itself, folded away. */
export const recordPart = (record: RunRecord): Part => ({
  id: "record",
  heading: "Record",
  body: <Raw record={record} />,
});

/** The parts of the report of one instance's run, what is urgent first. */
export function partsOf(data: Judged): readonly Part[] {
  const { record, evidence, now, region, descriptions } = data;
  const { networks, drift } = data.moments;
  const { tone } = data.verdict;
  const next: Part = {
    id: "next",
    heading: "What to do next",
    body: <NextSection next={nextOf(record, region, drift.length > 0)} />,
  };
  // What is urgent comes first.
  const urgent = tone === "bad" || !isFinal(record.status);
  const unread = [...(now?.unread ?? []), ...(evidence?.unread ?? [])];
  const all: readonly (Part | false)[] = [
    urgent && next,
    record.dryRun &&
      lines(record.report, "What changes").length > 0 && {
        id: "plan",
        heading: "What changes",
        body: <Plan record={record} />,
      },
    record.ours && {
      id: "network",
      heading: "Network",
      body: <NetworkSection networks={networks} record={record} />,
    },
    record.dryRun &&
      record.report !== undefined && {
        id: "calls",
        heading: "Calls that would be made",
        body: <PlannedCalls record={record} />,
      },
    {
      id: "timeline",
      heading: "Timeline",
      body: <Timeline record={record} descriptions={descriptions} />,
    },
    record.report !== undefined &&
      !record.dryRun && {
        id: "changes",
        heading: "Made and changed",
        body: <Changes record={record} />,
      },
    record.backup !== undefined && {
      id: "evidence",
      heading: "Evidence",
      body: <EvidenceSection record={record} evidence={evidence} />,
    },
    !urgent && next,
    unread.length > 0 && {
      id: "unread",
      heading: "What could not be read for this report",
      body: (
        <ul>
          {unread.map((each) => (
            <li>{each}</li>
          ))}
        </ul>
      ),
    },
    recordPart(record),
  ];
  return all.filter((part) => part !== false);
}

const NetworkSection = ({
  networks,
  record,
}: {
  readonly networks: readonly Network[];
  readonly record: RunRecord;
}): JSX.Element => {
  const notCut = lines(record.report, "Not cut");
  return (
    <>
      {networks.length === 0 && <p>The run had not looked at the interfaces yet.</p>}
      {networks.map((network) => (
        <NetworkPicture network={network} />
      ))}
      <GroupRules networks={networks} />
      <p class="note">
        This is what security groups allow. Network ACLs and routes may allow less.
      </p>
      {notCut.length > 0 && (
        <>
          <Heading level={3}>Not cut by security groups</Heading>
          <ul>
            {notCut.map((each) => (
              <li>{each}</li>
            ))}
          </ul>
        </>
      )}
    </>
  );
};

const Raw = ({ record }: { readonly record: RunRecord }): JSX.Element => (
  <>
    {record.report && (
      <details class="raw">
        <summary>The runbook’s own report, as text</summary>
        <pre>{record.report.text}</pre>
      </details>
    )}
    {!record.ours && <Outputs record={record} />}
    <details class="raw">
      <summary>The execution as Systems Manager gave it (JSON, without the scripts)</summary>
      <pre>{record.raw}</pre>
    </details>
  </>
);

const Outputs = ({ record }: { readonly record: RunRecord }): JSX.Element => (
  <>
    {Object.entries(record.outputs).map(([name, values]) => (
      <>
        <Heading level={3}>{name}</Heading>
        <pre>{values.join("\n")}</pre>
      </>
    ))}
  </>
);
