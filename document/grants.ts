/** From what the steps of a runbook declare and where a role may do it, to the statements of its policy. */

import type { Declared } from "./permissions.ts";

/** A statement of an IAM policy. @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html */
export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Condition;
}

export type Condition = Readonly<
  Record<string, Readonly<Record<string, string | readonly string[]>>>
>;

/** A statement, and why it is there and no narrower, for those who review the role. */
export interface Granted {
  readonly statement: Statement;
  readonly reason: string;
}

/** Actions that a role may have, and where. */
export interface Grant {
  readonly sid: string;
  readonly reason: string;
  readonly actions: readonly string[];
  readonly on: readonly string[];
  readonly where?: Condition;
  /** Not held to the role's Regions: a backup may lie in a bucket of another Region. */
  readonly anyRegion?: true;
}

/**
 * The statements for what the steps declare, and no more.
 *
 * @param regions the Regions that the role works in; none: all
 * @throws Error for an action that no grant has: it would have to be thought about first
 */
export function granted(
  grants: readonly Grant[],
  permissions: Declared,
  regions: readonly string[] = [],
): readonly Granted[] {
  const needed = new Set(Object.values(permissions).flat());
  const grantable = grants.flatMap(({ actions }) => actions);
  const unknown = [...needed].filter((action) => !grantable.includes(action));
  if (unknown.length > 0)
    throw new Error(`The policy has no scope for ${unknown.join(", ")}: add a grant.`);
  return grants.flatMap(({ sid, reason, actions, on, where, anyRegion }) => {
    const Action = actions.filter((action) => needed.has(action));
    if (Action.length === 0) return [];
    const condition = anyRegion ? where : inRegions(where, regions);
    return [
      {
        reason,
        statement: {
          Sid: sid,
          Effect: "Allow" as const,
          Action,
          Resource: on,
          ...(condition && { Condition: condition }),
        },
      },
    ];
  });
}

/** Holds a statement to the Regions that are called. @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-requestedregion */
function inRegions(
  where: Condition | undefined,
  regions: readonly string[],
): Condition | undefined {
  if (regions.length === 0) return where;
  return {
    ...where,
    StringEquals: { ...where?.StringEquals, "aws:RequestedRegion": regions },
  };
}
