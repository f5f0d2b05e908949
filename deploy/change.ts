import { ssm } from "../common/clients.ts";
import type { VersionedDocument } from "../common/document.ts";
import { content, describe, type Published } from "../common/published.ts";
import { difference } from "./difference.ts";

/** What a publication changes in a Region. */
export interface Change {
  readonly region: string;
  /** The default version of before; undefined where the document is new there. */
  readonly before: Published | undefined;
  /** The difference from it, or that there is none. */
  readonly text: string;
}

/** Finds out what a publication changes in a Region, and changes nothing. */
export async function changeIn(
  region: string,
  name: string,
  publication: VersionedDocument,
): Promise<Change> {
  const client = ssm(region);
  const before = await describe(client, name);
  if (before === undefined) return { region, before, text: `${region}: ${name} is new there.` };
  const old = await content(client, name, before.version);
  const text = `${region}:\n${difference(
    [`version ${before.version} (${before.versionName ?? "unnamed"}), the default`, old],
    [publication.versionName, publication.yaml],
  )}`;
  return { region, before, text };
}
