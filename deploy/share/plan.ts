import { chunks } from "../../common/chunks.ts";

/** The most accounts that a document can be shared with. @see https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-ssm-sharing.html */
export const SHARE_LIMIT = 1_000;

/** The most ids that one ModifyDocumentPermission call adds, and the most that it removes. @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ModifyDocumentPermission.html */
const BATCH = 20;

/** What has to change so that a document is shared as wanted, in one Region. */
export interface Plan {
  readonly add: readonly string[];
  readonly remove: readonly string[];
  /** Shared, not among the targets, and left so without `--prune`. */
  readonly beyond: readonly string[];
  /** Shared with everyone now (`all`), which is always taken back. */
  readonly public: boolean;
  /** With how many accounts it is shared afterwards. */
  readonly after: number;
}

/**
 * The difference between what is shared and what is wanted.
 *
 * @param shared account ids as DescribeDocumentPermission gives them, or `all`
 * @param wanted account ids; the owner among them is ignored
 * @param prune whether accounts that are not wanted are removed
 */
export function plan(
  shared: readonly string[],
  wanted: readonly string[],
  owner: string,
  prune: boolean,
): Plan {
  const targets = new Set(wanted.filter((account) => account !== owner));
  const present = new Set(shared.filter((account) => account.toLowerCase() !== "all"));
  const others = [...present].filter((account) => !targets.has(account)).sort();
  const add = [...targets].filter((account) => !present.has(account)).sort();
  const remove = prune ? others : [];
  return {
    add,
    remove,
    beyond: prune ? [] : others,
    public: shared.some((account) => account.toLowerCase() === "all"),
    after: present.size + add.length - remove.length,
  };
}

/** Whether a plan changes nothing. */
export const isDone = (steps: Plan): boolean =>
  steps.add.length + steps.remove.length === 0 && !steps.public;

/** One ModifyDocumentPermission call. */
export interface Call {
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

/**
 * A plan as calls within AWS's limits. Removals come first, so that a document near the limit has room; `all` goes
 * alone, as AWS wants it.
 */
export function calls(steps: Plan): readonly Call[] {
  return [
    ...(steps.public ? [{ add: [], remove: ["all"] }] : []),
    ...chunks(steps.remove, BATCH).map((remove) => ({ add: [], remove })),
    ...chunks(steps.add, BATCH).map((add) => ({ add, remove: [] })),
  ];
}
