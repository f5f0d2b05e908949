import { createHash } from "node:crypto";
import type { ComponentChildren, JSX } from "preact";
import { renderToStaticMarkup } from "preact-render-to-string";
import { printable } from "../../common/printable.ts";
import { script, styles } from "./assets.ts";
import { partsOfCase, verdictOfCase, type WholeCase } from "./caseSection.tsx";
import { type InstanceData, type Judged, judged, partsOf } from "./parts.tsx";
import { lines } from "./record.ts";
import { Box } from "./sections.tsx";
import { Name, Time } from "./text.tsx";
import { Took } from "./timeline.tsx";
import type { Verdict } from "./verdict.ts";

/** All that a page shows. */
export interface ReportData extends InstanceData {
  /** When the report was made. */
  readonly made: Date;
  /** All instances of a run that started others; undefined for a run of one. */
  readonly whole?: WholeCase;
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
export const verdictOfData = (data: ReportData, own: Judged = judged(data)): Verdict =>
  data.whole === undefined ? own.verdict : verdictOfCase(data.whole);

const Page = ({ data }: { readonly data: ReportData }): JSX.Element => {
  const { record } = data;
  const own = judged(data);
  const verdict = verdictOfData(data, own);
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
        <Main data={data} verdict={verdict} own={own} />
        <script dangerouslySetInnerHTML={{ __html: script }} />
      </body>
    </html>
  );
};

const Main = ({
  data,
  verdict,
  own,
}: {
  readonly data: ReportData;
  readonly verdict: Verdict;
  readonly own: Judged;
}): JSX.Element => {
  const { record } = data;
  const parts =
    data.whole === undefined ? partsOf(own) : partsOfCase(record, data.whole, data.region);
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
        entries={own.moments.drift}
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
