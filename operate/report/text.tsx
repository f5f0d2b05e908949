import { type ComponentChildren, createContext, type JSX } from "preact";
import { useContext } from "preact/hooks";
import { ownName } from "../../common/names.ts";
import type { GroupReference } from "./record.ts";

/** A name or id that somebody chose: set apart, so that the direction of its writing turns nothing around it. */
export const Name = ({ children }: { readonly children: string }): JSX.Element => (
  <bdi class="name">{children}</bdi>
);

/** A group with its name beside its id. The names of the runbook's own groups are long: what they are comes first. */
export const GroupName = ({ group }: { readonly group: GroupReference }): JSX.Element => {
  const own = ownName(group.name)?.kind;
  return (
    <>
      {own !== undefined && <>{own} group </>}
      {group.name !== "" && own === undefined && (
        <>
          <Name>{group.name}</Name>{" "}
        </>
      )}
      <code>{group.id}</code>
      {own !== undefined && (
        <>
          {" "}
          <bdi class="note">{group.name}</bdi>
        </>
      )}
    </>
  );
};

/** A moment in UTC, for people and for programs. */
export const Time = ({ at }: { readonly at: Date }): JSX.Element => (
  <time dateTime={at.toISOString()}>{utc(at)}</time>
);

/** Such as `2026-11-25 16:35:13 UTC`. */
export const utc = (at: Date): string =>
  `${at.toISOString().slice(0, 10)} ${at.toISOString().slice(11, 19)} UTC`;

/** What may be wider than the screen: it is scrolled by itself, by keyboard too. */
export const Wide = ({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ComponentChildren;
}): JSX.Element => (
  // biome-ignore lint/a11y/useSemanticElements: a page has many of them, and no fieldset nor landmark is meant
  // biome-ignore lint/a11y/noNoninteractiveTabindex: without it, nobody scrolls it by keyboard
  <div class="scroll" tabIndex={0} role="group" aria-label={label}>
    {children}
  </div>
);

/** How many levels the headings stand below those of a report of one instance. */
export const Deeper = createContext(0);

/** A heading that looks as its level, and is as deep as what it stands in. */
export const Heading = ({
  level,
  children,
}: {
  readonly level: 3 | 4;
  readonly children: ComponentChildren;
}): JSX.Element => {
  const Tag = `h${Math.min(6, level + useContext(Deeper))}` as "h3";
  return <Tag class={`h${level}`}>{children}</Tag>;
};
