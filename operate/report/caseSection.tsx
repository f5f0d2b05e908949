import type { JSX } from "preact";
import type { Case } from "../case.ts";
import { isFinal, isGood } from "../follow.ts";
import { type InstanceRun, releasableFrom } from "../instanceRun.ts";
import { type Home, placeName } from "../places.ts";
import { headlineOf, releaseAll, releaseLine, summary } from "../showCase.ts";
import type { Next } from "./next.ts";
import { Name } from "./text.tsx";
import type { Tone, Verdict } from "./verdict.ts";

/** What a run over several instances came to. */
export function verdictOfCase({ runs, unread, status }: Case): Verdict {
  const told = runs.map((run) => run.told);
  const failed = runs.filter((run) => toneOf(run) === "bad").length;
  const headline = summary(runs);
  if (!isFinal(status))
    return {
      tone: "plan",
      headline,
      meaning: `It is still running (${status}): write the report again when it has ended.`,
    };
  if (unread.length > 0)
    return {
      tone: "bad",
      headline,
      meaning: `Nothing is known of ${unread.map(({ place }) => placeName(place)).join(", ")}: see below why.`,
    };
  if (failed > 0 || !isGood(status))
    return {
      tone: "bad",
      headline,
      meaning: `${failed} of ${runs.length} failed. Each instance has its own verdict below.`,
    };
  const tone: Tone = told.some((each) => each?.tone === "warn")
    ? "warn"
    : told.every((each) => each?.dryRun)
      ? "plan"
      : "good";
  return { tone, headline, meaning: "Each instance has its own verdict below." };
}

/** What to do about all instances of a run together. */
export function nextOfCase(found: Case, home: Home): readonly Next[] {
  const releasable = found.runs.filter((run) => releasableFrom(run) !== undefined);
  if (!isFinal(found.status) || releasable.length === 0) return [];
  const command = { line: releaseAll([found.id], home), does: "" };
  return [
    {
      heading: "To release all, each with its own key, when the incident is over",
      words: ["Without --no-dry-run it shows what would be given back."],
      commands: [command],
    },
  ];
}

const toneOf = ({ told, status }: InstanceRun): Tone =>
  told?.tone ?? (isFinal(status) ? "bad" : "plan");

/** Each instance of a run, with its verdict and what belongs to it. */
export const CaseSection = ({
  found,
  home,
}: {
  readonly found: Case;
  readonly home: Home;
}): JSX.Element => (
  <>
    {found.runs.length === 0 && <p>The run has found no instance.</p>}
    {found.runs.map((run) => (
      <Instance run={run} home={home} />
    ))}
    {found.unread.map(({ place, why }) => (
      <section class="box tone-bad" aria-label={placeName(place)}>
        <h3>{placeName(place)}: not read</h3>
        <p>{why}</p>
      </section>
    ))}
  </>
);

const Instance = ({
  run,
  home,
}: {
  readonly run: InstanceRun;
  readonly home: Home;
}): JSX.Element => {
  const { told, instance, place, reason } = run;
  const backup = releasableFrom(run);
  const problems = told?.problems ?? (reason === "" ? [] : [reason]);
  const commands = [
    ...(backup ? [["To release it", releaseLine(run, backup, home.region)] as const] : []),
    ["Its own report", `npm run report -- ${run.id} --region ${place.region}`] as const,
  ];
  return (
    <section class={`box tone-${toneOf(run)}`} aria-label={instance || run.id}>
      <h3>
        <code>{instance || run.id}</code> {headlineOf(run)}
      </h3>
      {place.account !== undefined && <p>In {placeName(place)}</p>}
      <Lines heading="What failed" entries={problems} />
      <Lines heading="What changes" entries={told?.changes ?? []} />
      <Lines heading="Warnings" entries={told?.warnings ?? []} />
      {backup && (
        <p>
          Key: <Name>{`s3://${backup.bucket}/${backup.key}`}</Name>
        </p>
      )}
      {commands.map(([does, line]) => (
        <>
          <p>{does}:</p>
          <div class="command">
            <pre>
              <code>{line}</code>
            </pre>
          </div>
        </>
      ))}
    </section>
  );
};

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
