import type { JSX } from "preact";
import type { GroupReference } from "./record.ts";

/** A name or id that somebody chose: set apart, so that the direction of its writing turns nothing around it. */
export const Name = ({ children }: { readonly children: string }): JSX.Element => (
  <bdi class="name">{children}</bdi>
);

/** A group with its name beside its id. */
export const GroupName = ({ group }: { readonly group: GroupReference }): JSX.Element => (
  <>
    {group.name !== "" && (
      <>
        <Name>{group.name}</Name>{" "}
      </>
    )}
    <code>{group.id}</code>
  </>
);

/** Things in a list, each on a line of its own. */
export const List = ({ children }: { readonly children: readonly JSX.Element[] }): JSX.Element => (
  <ul class="plain">
    {children.map((each) => (
      <li>{each}</li>
    ))}
  </ul>
);

/** A moment in UTC, for people and for programs. */
export const Time = ({ at }: { readonly at: Date }): JSX.Element => (
  <time dateTime={at.toISOString()}>{utc(at)}</time>
);

/** Such as `2026-11-25 16:35:13 UTC`. */
export const utc = (at: Date): string =>
  `${at.toISOString().slice(0, 10)} ${at.toISOString().slice(11, 19)} UTC`;
