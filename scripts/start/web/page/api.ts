/// <reference lib="dom" />
import type { Beginning, Now, Run, Started } from "../rehearsal.ts";

/** What the server could not do, or that it is gone: a sentence to show. */
export class Failed extends Error {}

/** @throws Failed with the sentence to show */
async function ask<Found>(path: string, body?: unknown): Promise<Found> {
  const init: RequestInit =
    body === undefined
      ? {}
      : {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(body),
        };
  const response = await fetch(path, init).catch(() => {
    throw new Failed("The rehearsal has ended. Start it again: npm start -- --web");
  });
  const found: unknown = await response.json();
  if (!response.ok) throw new Failed(messageOf(found));
  return found as Found; // Both ends are built from the same types.
}

const messageOf = (found: unknown): string =>
  typeof found === "object" && found !== null && "message" in found
    ? String(found.message)
    : "The rehearsal failed, and did not say why.";

export const readBeginning = (): Promise<Beginning> => ask("/api/beginning");
export const readNow = (): Promise<Now> => ask("/api/now");
export const readRun = (id: string): Promise<Run> => ask(`/api/executions/${id}`);
export const setFaults = (names: readonly string[]): Promise<object> => ask("/api/faults", names);
export const reset = (): Promise<object> => ask("/api/reset", {});
export const start = (parameters: Record<string, readonly string[]>): Promise<Started> =>
  ask("/api/executions", parameters);
