import type { JSX } from "preact";
import type { Case } from "../case.ts";
import { isFinal, isGood } from "../follow.ts";
import { type InstanceRun, releasableFrom } from "../instanceRun.ts";
import { type Home, placeName } from "../places.ts";
import {
  headlineOf,
  releaseAll,
  releaseLine,
  reportLine,
  summary,
  toneOf,
  urgentFirst,
} from "../showCase.ts";
import { again, explained, followOn, type Next } from "./next.ts";
import {
  type InstanceData,
  type Judged,
  judged,
  type Part,
  partsOf,
  recordPart,
} from "./parts.tsx";
import type { RunRecord } from "./record.ts";
import { CommandLine, NextSection } from "./sections.tsx";
import { Deeper, Name, Wide } from "./text.tsx";
import { Timeline } from "./timeline.tsx";
import type { Tone, Verdict } from "./verdict.ts";

/** All that a run over several instances did, and from where it is read. */
export interface WholeCase {
  readonly found: Case;
  readonly home: Home;
  /** What is shown of each instance, by the id of its execution; a text says why it could not be read. */
  readonly each: ReadonlyMap<string, InstanceData | string>;
}

/** An instance of the run, with the verdict as it holds now where it could be looked at; else the run's own. */
interface Shown {
  readonly run: InstanceRun;
  /** What is shown of it; undefined where that could not be read, for which `why` has the reason. */
  readonly data: Judged | undefined;
  readonly why: string | undefined;
  readonly headline: string;
  readonly tone: Tone;
}

/** Those that need somebody first. */
const shownOf = ({ found, each }: WholeCase): readonly Shown[] =>
  urgentFirst(found.runs).map((run) => {
    const read = each.get(run.id);
    const data = typeof read === "object" ? judged(read) : undefined;
    const why = typeof read === "string" ? read : undefined;
    const { headline, tone } =
      data === undefined || run.told === undefined
        ? { headline: headlineOf(run), tone: toneOf(run) }
        : data.verdict;
    return { run, data, why, headline, tone };
  });

/** What a run over several instances came to. */
export function verdictOfCase(whole: WholeCase): Verdict {
  const { runs, unread, status } = whole.found;
  const said = summary(whole.found);
  if (!isFinal(status))
    return {
      tone: "plan",
      headline: said,
      meaning: `It is still running (${status}): write the report again when it has ended.`,
    };
  const failed = runs.filter((run) => toneOf(run) === "bad").length;
  const changed = shownOf(whole).filter(
    ({ run, data }) => toneOf(run) !== "bad" && data?.verdict.tone === "bad",
  ).length;
  // What the runs came to is no more so: who reads one line must not read that all are contained.
  const headline = changed === 0 ? said : `${said}, but ${changed} no longer as the run left it`;
  const bad = [
    unread.length > 0 &&
      `Nothing is known of ${unread.map(({ place }) => placeName(place)).join(", ")}.`,
    failed > 0 && `${failed} of ${runs.length} failed.`,
    changed > 0 && `${changed} of ${runs.length} are no longer as the run left them.`,
  ].filter((each) => each !== false);
  if (bad.length > 0 || !isGood(status))
    return { tone: "bad", headline, meaning: [...bad, "See below what and why."].join(" ") };
  const tones = runs.map(toneOf);
  const tone: Tone = tones.includes("warn") ? "warn" : tones.includes("good") ? "good" : "plan";
  return { tone, headline, meaning: "Each instance has its own verdict below." };
}

/** The parts of the report of a run over several instances. */
export function partsOfCase(record: RunRecord, whole: WholeCase, region: string): readonly Part[] {
  const next: Part = {
    id: "next",
    heading: "What to do next",
    body: <NextSection next={nextOfCase(record, whole, region)} />,
  };
  const instances: Part = {
    id: "instances",
    heading: "Instances",
    body: <Instances whole={whole} />,
  };
  const places = record.steps.length > 0;
  return [
    instances,
    next,
    ...(places
      ? [
          {
            id: "timeline",
            heading: "Timeline",
            body: <Timeline record={record} descriptions={new Map()} />,
          },
        ]
      : []),
    recordPart(record),
  ];
}

/** What to do about all instances of a run together. */
function nextOfCase(
  record: RunRecord,
  { found, home }: WholeCase,
  region: string,
): readonly Next[] {
  if (!isFinal(found.status)) return followOn(record, region);
  const all: (Next | false)[] = [
    found.unread.length > 0 && {
      heading: "To read what could not be read",
      words: ["Give a role of those accounts that may read there, and write the report again."],
      commands: [explained(`npm run report -- ${found.id} --region ${region} --assume-role ROLE`)],
    },
    found.runs.some(({ told }) => told?.dryRun) &&
      again(record, region, "To do this: run it for real", { DryRun: ["false"] }),
    found.runs.some((run) => releasableFrom(run) !== undefined) && {
      heading: "To release all, each with its own key, when the incident is over",
      words: ["Without --no-dry-run it shows what would be given back."],
      commands: [explained(releaseAll([found.id], home))],
    },
  ];
  return all.filter((each) => each !== false);
}

/** All instances in a table, and then each by itself. */
const Instances = ({ whole }: { readonly whole: WholeCase }): JSX.Element => {
  const { found, home } = whole;
  const shown = shownOf(whole);
  return (
    <>
      {shown.length === 0 && found.unread.length === 0 && <p>The run has found no instance.</p>}
      {found.unread.map(({ place, why }) => (
        <div class="box tone-bad">
          <h3>{placeName(place)}: not read</h3>
          <p>{why}</p>
        </div>
      ))}
      {shown.length > 1 && <Overview shown={shown} />}
      {shown.map((each) => (
        <Instance shown={each} home={home} />
      ))}
    </>
  );
};

const Overview = ({ shown }: { readonly shown: readonly Shown[] }): JSX.Element => {
  const elsewhere = shown.some(({ run }) => run.place.account !== undefined);
  return (
    <Wide label="Instances, table">
      <table>
        <thead>
          <tr>
            <th scope="col">Instance</th>
            {elsewhere && <th scope="col">Account / Region</th>}
            <th scope="col">Verdict</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ run, headline, tone }) => (
            <tr>
              <th scope="row">
                <a href={`#${anchor(run)}`}>
                  <code>{nameOf(run)}</code>
                </a>
              </th>
              {elsewhere && <td class="short">{placeName(run.place)}</td>}
              <td class={CLASSES[tone]}>{headline}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
};

const CLASSES: Readonly<Record<Tone, string>> = {
  good: "is-good",
  warn: "is-warn",
  bad: "is-bad",
  plan: "is-running",
};

const nameOf = ({ instance, id }: InstanceRun): string => instance || id;
const anchor = ({ id }: InstanceRun): string => `run-${id}`;

const Instance = ({
  shown: { run, data, why, headline, tone },
  home,
}: {
  readonly shown: Shown;
  readonly home: Home;
}): JSX.Element => {
  const { told, place, reason } = run;
  const backup = releasableFrom(run);
  return (
    <article id={anchor(run)} class={`instance tone-${tone}`}>
      <h3>
        <code>{nameOf(run)}</code> {headline}
      </h3>
      <div class="of">
        {place.account !== undefined && <p>In {placeName(place)}.</p>}
        <Lines heading="No longer as the run left it" entries={data?.moments.drift ?? []} />
        <Lines heading="What failed" entries={told?.problems ?? (reason === "" ? [] : [reason])} />
        <Lines heading="What changes" entries={told?.changes ?? []} />
        <Lines heading="Warnings" entries={told?.warnings ?? []} />
        {backup && (
          <>
            <p>
              Key: <Name>{`s3://${backup.bucket}/${backup.key}`}</Name>
            </p>
            <p>To release it:</p>
            <CommandLine line={releaseLine(run, backup, home)} />
          </>
        )}
        <p>Its own report:</p>
        <CommandLine line={reportLine(run, home)} />
        {why !== undefined && <p>The rest of it could not be read: {why}</p>}
        {data && <Whole data={data} name={nameOf(run)} />}
      </div>
    </article>
  );
};

/** The parts of an instance's own report, folded away where all is well. */
const Whole = ({ data, name }: { readonly data: Judged; readonly name: string }): JSX.Element => (
  <details open={data.verdict.tone === "bad"}>
    <summary>
      {data.record.dryRun ? "Plan, network and steps" : "Network, steps, changes and evidence"} of{" "}
      {name}
    </summary>
    <Deeper.Provider value={2}>
      {partsOf(data).map(({ heading, body }) => (
        <>
          <h4 class="part">{heading}</h4>
          {body}
        </>
      ))}
    </Deeper.Provider>
  </details>
);

const Lines = ({
  heading,
  entries,
}: {
  readonly heading: string;
  readonly entries: readonly string[];
}): JSX.Element | null =>
  entries.length === 0 ? null : (
    <>
      <p>{heading}:</p>
      <ul>
        {entries.map((each) => (
          <li>{each}</li>
        ))}
      </ul>
    </>
  );
