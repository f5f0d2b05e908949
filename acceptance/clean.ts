import { explain } from "../common/explain.ts";
import { findMade } from "./find.ts";
import { inOrder, type Made } from "./registry.ts";
import type { Target } from "./run.ts";
import { undo } from "./undo.ts";

/** What could not be removed, and why. */
export interface Left extends Made {
  readonly why: string;
}

/**
 * Removes all that a run has made: what is known of it and what is found, in one loop; then looks once more.
 *
 * @param known what the run recorded; nothing for a run of another process
 * @param told is given each resource before it is removed
 * @returns what is left
 */
export async function clean(
  { clients }: Target,
  { id, interval }: { readonly id: string; readonly interval: number },
  known: readonly Made[],
  told: (made: Made) => void,
): Promise<readonly Left[]> {
  const failed: Left[] = [];
  // What AWS does not list yet, or lists late, the other of the two knows.
  const found = await findMade(clients, id).catch((error: unknown) => {
    failed.push({ kind: "execution", id: "?", why: `not all could be looked for: ${said(error)}` });
    return [];
  });
  for (const made of inOrder([...known, ...found])) {
    told(made);
    try {
      await undo(clients, made, interval);
    } catch (error) {
      failed.push({ ...made, why: said(error) });
    }
  }
  const left = await findMade(clients, id).catch(() => []);
  const again = left.filter((made) => !failed.some((each) => each.id === made.id));
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
