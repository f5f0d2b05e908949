import type { JSX } from "preact";
import { isFinal, isGood } from "../follow.ts";
import { firstLine, reasonOf } from "../reason.ts";
import type { RunRecord, StepRecord } from "./record.ts";
import { Time } from "./text.tsx";

/** The steps of a run in the order in which they began, with their times; those that did not run are named after it. */
export const Timeline = ({
  record,
  descriptions,
}: {
  readonly record: RunRecord;
  readonly descriptions: ReadonlyMap<string, string>;
}): JSX.Element => {
  const began = record.steps
    .filter((step) => step.started !== undefined)
    .sort((a, b) => Number(a.started) - Number(b.started));
  const idle = record.steps.filter((step) => step.started === undefined);
  return (
    <>
      {began.length === 0 && <p>No step has begun.</p>}
      {began.length > 0 && (
        <table class="steps">
          <thead>
            <tr>
              <th scope="col">Step</th>
              <th scope="col">State</th>
              <th scope="col">Began (UTC)</th>
              <th scope="col">Seconds</th>
              <th scope="col">Of the whole time</th>
            </tr>
          </thead>
          <tbody>
            {began.map((step) => (
              <Row step={step} record={record} does={descriptions.get(step.name) ?? ""} />
            ))}
          </tbody>
        </table>
      )}
      {idle.length > 0 && (
        <details>
          <summary>
            {idle.length} steps {isFinal(record.status) ? "did not run" : "have not run"}
          </summary>
          <p>{idle.map(({ name }) => name).join(", ")}</p>
        </details>
      )}
    </>
  );
};

const Row = ({
  step,
  record,
  does,
}: {
  readonly step: StepRecord;
  readonly record: RunRecord;
  readonly does: string;
}): JSX.Element => (
  <tr>
    <th scope="row">
      {step.name}
      {does !== "" && <p class="does">{does}</p>}
      {step.failure !== "" && <p class="is-bad why">{shortReason(step.failure)}</p>}
    </th>
    <td class={toneOf(step.status)}>{step.status}</td>
    <td>
      {step.started && (
        <time dateTime={step.started.toISOString()}>
          {step.started.toISOString().slice(11, 23)}
        </time>
      )}
    </td>
    <td class="number">
      {step.started && step.ended ? `${secondsBetween(step.started, step.ended)} s` : ""}
    </td>
    <td>
      <Bar step={step} record={record} />
    </td>
  </tr>
);

/** When a step ran within the whole, drawn; the columns before say the same. */
const Bar = ({
  step,
  record,
}: {
  readonly step: StepRecord;
  readonly record: RunRecord;
}): JSX.Element | null => {
  const from = record.started?.getTime();
  const to = (record.ended ?? step.ended)?.getTime();
  if (from === undefined || to === undefined || to <= from || !step.started) return null;
  const place = (at: Date): number => (100 * (at.getTime() - from)) / (to - from);
  const start = place(step.started);
  const width = Math.max(0.8, place(step.ended ?? step.started) - start);
  return (
    <svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <rect class="whole" width="100" height="8" />
      <rect class="part" x={start.toFixed(2)} width={width.toFixed(2)} height="8" />
    </svg>
  );
};

/** The reason on one line: the whole report of a failed run is the message of its last step. */
const shortReason = (failure: string): string => firstLine(reasonOf(failure));

const toneOf = (status: string): string => {
  if (!isFinal(status)) return "is-running";
  return isGood(status) ? "is-good" : "is-bad";
};

const secondsBetween = (from: Date, to: Date): string =>
  ((to.getTime() - from.getTime()) / 1000).toFixed(1);

/** The time of a run in words. */
export const Took = ({ record }: { readonly record: RunRecord }): JSX.Element => (
  <>
    {record.started ? <Time at={record.started} /> : "not begun"}
    {record.ended && record.started && (
      <>
        {" to "}
        <Time at={record.ended} /> ({secondsBetween(record.started, record.ended)} s)
      </>
    )}
    {!isFinal(record.status) && ", still running"}
  </>
);
