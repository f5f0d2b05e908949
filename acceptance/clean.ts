import { explain } from "../common/explain.ts";
import { findMade } from "./find.ts";
import { inOrder, type Made } from "./registry.ts";
import type { Target } from "./run.ts";
import { undo } from "./undo.ts";

/** What could not be removed, and why. */
export interface Left extends Made {
  readonly why: string;
}

/** The id of what may be left and could not be looked for. */
const UNKNOWN = "?";

/**
 * Removes all that a run has made: what is known of it and what is found, in one loop; then looks once more.
 *
 * @param known what the run recorded; nothing for a run of another process
 * @param told is given each resource before it is removed
 * @returns what is left, or may be: a look that fails says nothing of what costs money
 */
export async function clean(
  { clients }: Target,
  { id, interval }: { readonly id: string; readonly interval: number },
  known: readonly Made[],
  told: (made: Made) => void,
): Promise<readonly Left[]> {
  const failed: Left[] = [];
  const look = (): Promise<readonly Made[]> =>
    findMade(clients, id).catch((error: unknown) => {
      if (!failed.some((each) => each.id === UNKNOWN))
        failed.push({
          ...{ kind: "execution", id: UNKNOWN },
          why: `not all could be looked for: ${said(error)}`,
        });
      return [];
    });
  // What AWS does not list yet, or lists late, the other of the two knows.
  const found = await look();
  for (const made of inOrder([...known, ...found])) {
    told(made);
    try {
      await undo(clients, made, interval);
    } catch (error) {
      failed.push({ ...made, why: said(error) });
    }
  }
  const again = (await look()).filter((made) => !failed.some((each) => each.id === made.id));
  for (const made of again)
    await undo(clients, made, interval).catch((error: unknown) =>
      failed.push({ ...made, why: said(error) }),
    );
  return failed;
}

function said(error: unknown): string {
  const known = explain(error);
  return known instanceof Error ? known.message : String(known);
}
