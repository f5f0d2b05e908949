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
import { momentsOf } from "./moments.ts";
import { again, explained, followOn, type Next } from "./next.ts";
import { type InstanceData, type Part, partsOf, recordPart } from "./parts.tsx";
import { type RunRecord, rulesOfBackup } from "./record.ts";
import { CommandLine, NextSection } from "./sections.tsx";
import { Deeper, Name, Wide } from "./text.tsx";
import { Timeline } from "./timeline.tsx";
import { type Tone, type Verdict, verdictOf } from "./verdict.ts";

/** All that a run over several instances did, and from where it is read. */
export interface WholeCase {
  readonly found: Case;
  readonly home: Home;
  /** What is shown of each instance, by the id of its execution; a text says why it could not be read. */
  readonly each: ReadonlyMap<string, InstanceData | string>;
}

/** What a run over several instances came to. */
export function verdictOfCase({ found, each }: WholeCase): Verdict {
  const { runs, unread, status } = found;
  const headline = summary(found);
  if (!isFinal(status))
    return {
      tone: "plan",
      headline,
      meaning: `It is still running (${status}): write the report again when it has ended.`,
    };
  const bad = [
    ...(unread.length > 0
      ? [`Nothing is known of ${unread.map(({ place }) => placeName(place)).join(", ")}.`]
      : []),
    ...failures(runs),
    ...changedSince(runs, each),
  ];
  if (bad.length > 0 || !isGood(status))
    return { tone: "bad", headline, meaning: [...bad, "See below what and why."].join(" ") };
  const tones = runs.map(toneOf);
  const tone: Tone = tones.includes("warn") ? "warn" : tones.includes("good") ? "good" : "plan";
  return { tone, headline, meaning: "Each instance has its own verdict below." };
}

function failures(runs: readonly InstanceRun[]): readonly string[] {
  const failed = runs.filter((run) => toneOf(run) === "bad").length;
  return failed === 0 ? [] : [`${failed} of ${runs.length} failed.`];
}

/** Instances that were contained and are not as their run left them any more. */
function changedSince(runs: readonly InstanceRun[], each: WholeCase["each"]): readonly string[] {
  const changed = runs.filter((run) => {
    const data = each.get(run.id);
    return toneOf(run) !== "bad" && typeof data === "object" && verdictNow(data).tone === "bad";
  });
  return changed.length === 0
    ? []
    : [`${changed.length} of ${runs.length} are no longer as the run left them.`];
}

const momentsOfInstance = ({ record, now, evidence }: InstanceData) => {
  const backup = evidence?.backup?.text;
  return momentsOf(record, now, backup === undefined ? undefined : rulesOfBackup(backup));
};

const verdictNow = (data: InstanceData): Verdict =>
  verdictOf(data.record, momentsOfInstance(data).drift);

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

/** All instances in a table, those that need somebody first, and then each by itself. */
const Instances = ({
  whole: { found, home, each },
}: {
  readonly whole: WholeCase;
}): JSX.Element => {
  const runs = urgentFirst(found.runs);
  return (
    <>
      {runs.length === 0 && found.unread.length === 0 && <p>The run has found no instance.</p>}
      {found.unread.map(({ place, why }) => (
        <div class="box tone-bad">
          <h3>{placeName(place)}: not read</h3>
          <p>{why}</p>
        </div>
      ))}
      {runs.length > 1 && <Overview runs={runs} each={each} />}
      {runs.map((run) => (
        <Instance run={run} home={home} data={each.get(run.id)} />
      ))}
    </>
  );
};

const Overview = ({
  runs,
  each,
}: {
  readonly runs: readonly InstanceRun[];
  readonly each: WholeCase["each"];
}): JSX.Element => {
  const elsewhere = runs.some(({ place }) => place.account !== undefined);
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
          {runs.map((run) => (
            <tr>
              <th scope="row">
                <a href={`#${anchor(run)}`}>
                  <code>{nameOf(run)}</code>
                </a>
              </th>
              {elsewhere && <td class="short">{placeName(run.place)}</td>}
              <td class={CLASSES[toneNow(run, each)]}>{headlineNow(run, each)}</td>
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

/** The verdict as it holds now, where the instance could be looked at; else the run's own. */
const headlineNow = (run: InstanceRun, each: WholeCase["each"]): string => {
  const data = each.get(run.id);
  return typeof data === "object" && run.told !== undefined
    ? verdictNow(data).headline
    : headlineOf(run);
};

const toneNow = (run: InstanceRun, each: WholeCase["each"]): Tone => {
  const data = each.get(run.id);
  return typeof data === "object" && run.told !== undefined ? verdictNow(data).tone : toneOf(run);
};

const Instance = ({
  run,
  home,
  data,
}: {
  readonly run: InstanceRun;
  readonly home: Home;
  readonly data: InstanceData | string | undefined;
}): JSX.Element => {
  const { told, place, reason } = run;
  const each = new Map(data === undefined ? [] : [[run.id, data]]);
  const backup = releasableFrom(run);
  const drift = typeof data === "object" ? momentsOfInstance(data).drift : [];
  return (
    <article id={anchor(run)} class={`instance tone-${toneNow(run, each)}`}>
      <h3>
        <code>{nameOf(run)}</code> {headlineNow(run, each)}
      </h3>
      <div class="of">
        {place.account !== undefined && <p>In {placeName(place)}.</p>}
        <Lines heading="No longer as the run left it" entries={drift} />
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
        {typeof data === "string" && <p>The rest of it could not be read: {data}</p>}
        {typeof data === "object" && <Whole data={data} name={nameOf(run)} />}
      </div>
    </article>
  );
};

/** The parts of an instance's own report, folded away where all is well. */
const Whole = ({
  data,
  name,
}: {
  readonly data: InstanceData;
  readonly name: string;
}): JSX.Element => (
  <details open={verdictNow(data).tone === "bad"}>
    <summary>
      {data.record.dryRun ? "Plan, network and steps" : "Network, steps, changes and evidence"} of{" "}
      {name}
    </summary>
    <Deeper.Provider value={2}>
      {partsOf(data, verdictNow(data), momentsOfInstance(data)).map(({ heading, body }) => (
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
