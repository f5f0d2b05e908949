import { createHash } from "node:crypto";
import type { ComponentChildren, JSX } from "preact";
import { renderToStaticMarkup } from "preact-render-to-string";
import { printable } from "../../common/printable.ts";
import type { Case } from "../case.ts";
import { isFinal, isGood } from "../follow.ts";
import type { Home } from "../places.ts";
import { script, styles } from "./assets.ts";
import { CaseSection, nextOfCase, verdictOfCase } from "./caseSection.tsx";
import type { Evidence } from "./evidence.ts";
import { type Moments, momentsOf } from "./moments.ts";
import type { Network } from "./network.ts";
import { followOn, nextOf } from "./next.ts";
import { GroupRules, NetworkPicture } from "./picture.tsx";
import type { NetworkNow } from "./readNetwork.ts";
import { lines, type RunRecord, rulesOfBackup } from "./record.ts";
import { Box, Changes, EvidenceSection, NextSection, Plan, PlannedCalls } from "./sections.tsx";
import { Name, Time, Wide } from "./text.tsx";
import { Timeline, Took } from "./timeline.tsx";
import { type Verdict, verdictOf } from "./verdict.ts";

/** All that a page shows. */
export interface ReportData {
  readonly record: RunRecord;
  readonly region: string;
  /** The instance's network at the time of the report; undefined where it was not read. */
  readonly now: NetworkNow | undefined;
  /** Undefined where it was not looked at. */
  readonly evidence: Evidence | undefined;
  /** What the document says of its steps, by their names; empty where it may not be read. */
  readonly descriptions: ReadonlyMap<string, string>;
  /** When the report was made. */
  readonly made: Date;
  /** All instances of a run that started others, and from where they are read; undefined for a run of one. */
  readonly whole?: { readonly found: Case; readonly home: Home };
}

const sourceHash = (text: string): string =>
  `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/**
 * What the page may do: its own styles and its own script, which are in it; ask nothing of any network.
 *
 * @see https://www.w3.org/TR/CSP3/
 */
const POLICY = [
  "default-src 'none'",
  `style-src ${sourceHash(styles)}`,
  `script-src ${sourceHash(script)}`,
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/**
 * The report of a run as one HTML page that needs nothing else. Every text of the record is escaped; what would turn
 * or hide the writing around it (control characters, bidirectional marks) is shown as its code.
 */
export const reportPage = (data: ReportData): string =>
  `<!doctype html>\n${printable(renderToStaticMarkup(<Page data={data} />))}\n`;

/** The verdict on a run, or on all instances of one that started others. */
export const verdictOfData = (
  { record, whole }: ReportData,
  drift: readonly string[] = [],
): Verdict => (whole === undefined ? verdictOf(record, drift) : verdictOfCase(whole.found));

const Page = ({ data }: { readonly data: ReportData }): JSX.Element => {
  const { record, now, evidence } = data;
  const backup = evidence?.backup?.text;
  const moments = momentsOf(record, now, backup === undefined ? undefined : rulesOfBackup(backup));
  const verdict = verdictOfData(data, moments.drift);
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={POLICY} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>{`${verdict.headline}: ${record.instanceId || record.id}`}</title>
        <style dangerouslySetInnerHTML={{ __html: styles }} />
      </head>
      <body>
        <a class="skip" href="#verdict">
          To the verdict
        </a>
        <header class="page-head">
          Report of an execution of <Name>{record.document.name}</Name>, made{" "}
          <Time at={data.made} />
        </header>
        <Main data={data} verdict={verdict} moments={moments} />
        <script dangerouslySetInnerHTML={{ __html: script }} />
      </body>
    </html>
  );
};

interface Part {
  readonly id: string;
  readonly heading: string;
  readonly body: ComponentChildren;
}

const Main = ({
  data,
  verdict,
  moments,
}: {
  readonly data: ReportData;
  readonly verdict: Verdict;
  readonly moments: Moments;
}): JSX.Element => {
  const { record } = data;
  const parts = partsOf(data, verdict, moments);
  return (
    <main>
      <section id="verdict" class={`verdict tone-${verdict.tone}`} aria-label="Verdict">
        <h1>{verdict.headline}</h1>
        {record.instanceId !== "" && (
          <p class="of">
            Instance <code>{record.instanceId}</code> in {place(data)}
          </p>
        )}
        <p class="lead">{verdict.meaning}</p>
      </section>
      <Box
        tone="bad"
        heading={
          record.dryRun
            ? "Changed since this dry run: run it again"
            : "No longer as the run left it"
        }
        entries={moments.drift}
      />
      <Box tone="bad" heading="What failed" entries={lines(record.report, "What failed")} />
      <Box
        tone="bad"
        heading="What can’t be done"
        entries={lines(record.report, "What can't be done")}
      />
      <Box tone="warn" heading="Warnings" entries={lines(record.report, "Warnings")} />
      <Facts data={data} />
      <nav aria-label="Parts of the report">
        <ul>
          {parts.map(({ id, heading }) => (
            <li>
              <a href={`#${id}`}>{heading}</a>
            </li>
          ))}
        </ul>
      </nav>
      {parts.map(({ id, heading, body }) => (
        <section id={id} aria-labelledby={`${id}-heading`}>
          <h2 id={`${id}-heading`}>{heading}</h2>
          {body}
        </section>
      ))}
    </main>
  );
};

function partsOf(
  data: ReportData,
  { tone }: Verdict,
  { networks, drift }: Moments,
): readonly Part[] {
  const { record, evidence, now, region, whole } = data;
  const next: Part = {
    id: "next",
    heading: "What to do next",
    body: (
      <NextSection
        next={
          whole === undefined
            ? nextOf(record, region, drift.length > 0)
            : [...nextOfCase(whole.found, whole.home), ...followOn(record, region)]
        }
      />
    ),
  };
  // What is urgent comes first.
  const urgent = tone === "bad" || !isFinal(record.status);
  const unread = [...(now?.unread ?? []), ...(evidence?.unread ?? [])];
  const all: readonly (Part | false)[] = [
    urgent && next,
    whole !== undefined && {
      id: "instances",
      heading: "Instances",
      body: <CaseSection found={whole.found} home={whole.home} />,
    },
    whole === undefined &&
      record.children.length > 0 && {
        id: "executions",
        heading: "Executions",
        body: <Children record={record} />,
      },
    record.dryRun &&
      record.interfaces.length > 0 && {
        id: "plan",
        heading: "What changes",
        body: <Plan record={record} />,
      },
    record.ours &&
      record.children.length === 0 && {
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
    record.children.length === 0 && {
      id: "timeline",
      heading: "Timeline",
      body: <Timeline record={record} descriptions={data.descriptions} />,
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
    { id: "record", heading: "Record", body: <Raw record={record} /> },
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
          <h3>Not cut by security groups</h3>
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

/** The account and Region, as far as they are known. */
const place = ({ record, region }: ReportData): string =>
  [record.plan?.AccountId ?? /:(\d{12}):/.exec(record.startedBy)?.[1], region]
    .filter((each) => each !== undefined)
    .join(", ");

const Facts = ({ data }: { readonly data: ReportData }): JSX.Element => {
  const { record } = data;
  const open = lines(record.report, "Open for seconds")[0];
  const facts: readonly (readonly [string, ComponentChildren])[] = [
    ["Account, Region", record.instanceId === "" && place(data)],
    ["When", <Took record={record} />],
    ["Started by", record.startedBy && <bdi>{record.startedBy}</bdi>],
    [
      "Document",
      <>
        <bdi>{record.document.name}</bdi> version {record.document.version}
      </>,
    ],
    ["Execution", <code>{record.id}</code>],
    [
      "Connections",
      open !== undefined &&
        open !== "0" &&
        `cut; while they were, the interfaces were open to everything, for ${open} s`,
    ],
  ];
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value !== "" && value !== false)
        .map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </>
        ))}
    </dl>
  );
};

const Children = ({ record }: { readonly record: RunRecord }): JSX.Element => (
  <Wide label="Executions, table">
    <table>
      <thead>
        <tr>
          <th scope="col">Target</th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        {record.children.map(({ title, status }) => (
          <tr>
            <th scope="row">{title}</th>
            <td class={isGood(status) ? "is-good" : isFinal(status) ? "is-bad" : "is-running"}>
              {status}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </Wide>
);

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
        <h3>{name}</h3>
        <pre>{values.join("\n")}</pre>
      </>
    ))}
  </>
);
