import type { JSX } from "preact";
import { type Change, changesOf } from "./changes.ts";
import type { BackupCheck, Evidence } from "./evidence.ts";
import type { Next } from "./next.ts";
import {
  type BackupReference,
  type Call,
  calls,
  groupChange,
  lines,
  type RunRecord,
} from "./record.ts";
import { GroupName, Heading, Name, Time, Wide } from "./text.tsx";

/** Lines of text in a coloured box, such as what failed. */
export const Box = ({
  tone,
  heading,
  entries,
}: {
  readonly tone: "bad" | "warn" | "plan";
  readonly heading: string;
  readonly entries: readonly string[];
}): JSX.Element | null =>
  entries.length === 0 ? null : (
    <section class={`box tone-${tone}`} aria-label={heading}>
      <h2>{heading}</h2>
      <ul>
        {entries.map((each) => (
          <li>{each}</li>
        ))}
      </ul>
    </section>
  );

/** What changes for each interface by a dry run: from, to; and as they are the lines that are of another form. */
export const Plan = ({ record }: { readonly record: RunRecord }): JSX.Element => {
  const ids = record.interfaces.map(({ id }) => id);
  const others = lines(record.report, "What changes").filter(
    (line) => !ids.some((id) => line.startsWith(`${id}: `)),
  );
  return (
    <>
      {ids.length > 0 && <PlanTable record={record} />}
      {others.length > 0 && (
        <ul>
          {others.map((line) => (
            <li>{line}</li>
          ))}
        </ul>
      )}
    </>
  );
};

const PlanTable = ({ record }: { readonly record: RunRecord }): JSX.Element => (
  <Wide label="What changes, table">
    <table>
      <thead>
        <tr>
          <th scope="col">Interface</th>
          <th scope="col">From</th>
          <th scope="col">To</th>
        </tr>
      </thead>
      <tbody>
        {record.interfaces.map(({ id, from, to, state }) => (
          <tr>
            <th scope="row">
              <code>{id}</code>
            </th>
            <td>
              <Groups groups={from} />
            </td>
            <td>
              {to === undefined || state === "stays as it is" ? (
                state.replace(/^to /, "")
              ) : (
                <Groups groups={to} />
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </Wide>
);

const Groups = ({
  groups,
}: {
  readonly groups: RunRecord["interfaces"][0]["from"];
}): JSX.Element => (
  <ul class="plain">
    {groups.map((group) => (
      <li>
        <GroupName group={group} />
      </li>
    ))}
  </ul>
);

/** The calls that a dry run says the real run would make, by the steps in their order. */
export const PlannedCalls = ({ record }: { readonly record: RunRecord }): JSX.Element => {
  const planned = calls(record.report, "Calls that would be made");
  if (planned.length === 0)
    return <p>{lines(record.report, "Calls that would be made").join(" ") || "none"}</p>;
  const place = new Map(record.steps.map(({ name }, at) => [name, at]));
  const names = new Map(
    record.interfaces
      .flatMap(({ from, to = [] }) => [...from, ...to])
      .map(({ id, name }) => [id, name]),
  );
  const inOrder = [...planned].sort((a, b) => (place.get(a.step) ?? 0) - (place.get(b.step) ?? 0));
  return (
    <>
      <p>{planned.length} calls, by step, and no others that change anything:</p>
      <ol class="calls">
        {inOrder.map((call) => (
          <li>
            <details>
              <summary>
                <code>{call.operation}</code> in {call.step}
                {gist(call, names)}
              </summary>
              <pre>
                <code>{JSON.stringify(call.parameters, null, 2)}</code>
              </pre>
            </details>
          </li>
        ))}
      </ol>
    </>
  );
};

/** What a call is about, where it is a change of an interface's groups: most are. */
function gist({ parameters }: Call, names: ReadonlyMap<string, string>): string {
  const { success, data } = groupChange.safeParse(parameters);
  if (!success) return "";
  const { NetworkInterfaceId, Groups, DryRun } = data;
  const groups = Groups.map((id) => (names.has(id) ? `${names.get(id)} (${id})` : id));
  return `: ${NetworkInterfaceId} to ${groups.join(", ")}${DryRun ? "; a try (DryRun), which changes nothing" : ""}`;
}

/** What a live run made and changed. */
export const Changes = ({ record }: { readonly record: RunRecord }): JSX.Element => {
  const changes = changesOf(record);
  if (changes.length === 0) return <p>Nothing that the run reported.</p>;
  return (
    <Wide label="Made and changed, table">
      <table>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">Which, and how</th>
          </tr>
        </thead>
        <tbody>
          {kinds(changes).map(([what, each]) => (
            <tr>
              <th scope="row">{what}</th>
              <td>
                <ul class="plain">
                  {each.map((change) => (
                    <li>
                      <ChangeLine change={change} />
                    </li>
                  ))}
                </ul>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
};

const ChangeLine = ({
  change: { id, groups, detail },
}: {
  readonly change: Change;
}): JSX.Element => (
  <>
    <bdi>{id}</bdi>
    {groups && (
      <>
        {": from "}
        <Inline groups={groups.from} />
        {" to "}
        <Inline groups={groups.to} />
      </>
    )}
    {detail !== "" && `: ${detail}`}
  </>
);

const Inline = ({
  groups,
}: {
  readonly groups: RunRecord["interfaces"][0]["from"];
}): JSX.Element => (
  <>
    {groups.map((group, at) => (
      <>
        {at > 0 && ", "}
        <GroupName group={group} />
      </>
    ))}
  </>
);

function kinds(changes: readonly Change[]): readonly (readonly [string, readonly Change[]])[] {
  const found = new Map<string, Change[]>();
  for (const change of changes) found.set(change.what, [...(found.get(change.what) ?? []), change]);
  return [...found];
}

/** The backup with its digest, checked now, and the images with their snapshots. */
export const EvidenceSection = ({
  record,
  evidence,
}: {
  readonly record: RunRecord;
  readonly evidence: Evidence | undefined;
}): JSX.Element => {
  const { backup, dryRun, action } = record;
  const planned = dryRun && action === "Contain";
  return (
    <>
      {backup === undefined && <p>The run names no backup.</p>}
      {backup && (
        <>
          <Heading level={3}>Backup{planned && ", as it would be"}</Heading>
          <dl class="facts">
            <dt>Bucket</dt>
            <dd>
              <code>{backup.bucket}</code>
            </dd>
            <dt>Key</dt>
            <dd>
              <code>{backup.key}</code>
            </dd>
            <dt>SHA-256 in the key</dt>
            <dd>
              <code>{backup.digest || "none: the key is not sealed"}</code>
            </dd>
            {!planned && (
              <>
                <dt>The object now</dt>
                <dd>
                  <Checked backup={backup} check={evidence?.backup} evidence={evidence} />
                </dd>
              </>
            )}
          </dl>
        </>
      )}
      {evidence && evidence.images.length > 0 && (
        <>
          <Heading level={3}>Images and snapshots</Heading>
          <Wide label="Images and snapshots, table">
            <table>
              <thead>
                <tr>
                  <th scope="col">Image</th>
                  <th scope="col">State now</th>
                  <th scope="col">Made</th>
                  <th scope="col">Snapshots</th>
                </tr>
              </thead>
              <tbody>
                {evidence.images.map((image) => (
                  <tr>
                    <th scope="row">
                      <Name>{image.name}</Name> <code>{image.id}</code>
                    </th>
                    <td class="short">{image.state}</td>
                    <td class="short">{image.made.replace("T", " ").replace(/\.\d+Z$/, " UTC")}</td>
                    <td>
                      <ul class="plain">
                        {image.snapshots.map(({ id, encrypted }) => (
                          <li>
                            <code>{id}</code> {encrypted ? "encrypted" : "not encrypted"}
                          </li>
                        ))}
                      </ul>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Wide>
          <p class="note">AWS gives no digest of an image or a snapshot: their ids name them.</p>
        </>
      )}
    </>
  );
};

const Checked = ({
  backup,
  check,
  evidence,
}: {
  readonly backup: BackupReference;
  readonly check: BackupCheck | undefined;
  readonly evidence: Evidence | undefined;
}): JSX.Element => {
  if (check?.digest === undefined) return <>not checked</>;
  return (
    <>
      {check.digest === backup.digest ? (
        <span class="is-good">has exactly this content</span>
      ) : (
        <span class="is-bad">
          has OTHER content: its SHA-256 is <code>{check.digest}</code>
        </span>
      )}
      {`, ${check.bytes} bytes`}
      {check.versionId && (
        <>
          {", version "}
          <code>{check.versionId}</code>
        </>
      )}
      {check.written && (
        <>
          {", written "}
          <Time at={check.written} />
        </>
      )}
      {evidence && (
        <>
          {"; read "}
          <Time at={evidence.read} />
        </>
      )}
    </>
  );
};

/** What to do next, with commands to copy. */
export const NextSection = ({ next }: { readonly next: readonly Next[] }): JSX.Element => (
  <>
    {next.length === 0 && <p>Nothing is left to do.</p>}
    {next.map(({ heading, words, commands }) => (
      <>
        <Heading level={3}>{heading}</Heading>
        {words.map((each) => (
          <p>{each}</p>
        ))}
        {commands.map(({ line, does }) => (
          <>
            {does !== "" && <p>{does}</p>}
            <CommandLine line={line} />
          </>
        ))}
      </>
    ))}
  </>
);

/** A command to copy. */
export const CommandLine = ({ line }: { readonly line: string }): JSX.Element => (
  <div class="command">
    <pre>
      <code>{line}</code>
    </pre>
  </div>
);
