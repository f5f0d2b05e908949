/** What the runbook calls its security groups, and the tag on all that it makes or changes: its steps give them. */

/** The tag by which the runbook says where a backup is: `s3://BUCKET/KEY`, cut at 256 characters. */
export const BACKUP_TAG = "ContainEC2Instance:Backup";

/** What the name of one of the runbook's groups says. */
export interface OwnName {
  readonly kind: "containment" | "all-access";
  /** The instance's id. */
  readonly instance: string;
  /** The execution's id. */
  readonly execution: string;
}

const NAME = /^ContainEC2Instance-(containment|all-access)-(i-[0-9a-f]{8,17})-(.+)$/;

/** The parts of a group's name; undefined for one that is not like the runbook's. */
export function ownName(name: string): OwnName | undefined {
  const [, kind, instance = "", execution = ""] = NAME.exec(name) ?? [];
  return kind === "containment" || kind === "all-access"
    ? { kind, instance, execution }
    : undefined;
}

/** A pattern for names of the runbook's groups, as EC2's filters take it: of all where nothing is given. */
export const ownNames = ({
  kind = "*",
  instance = "*",
  execution = "*",
}: Partial<Readonly<Record<keyof OwnName, string>>> = {}): string =>
  `ContainEC2Instance-${kind}-${instance}-${execution}`;
