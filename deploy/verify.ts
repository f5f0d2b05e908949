import type { SSMClient } from "@aws-sdk/client-ssm";
import pc from "../common/colours.ts";
import type { VersionedDocument } from "../common/document.ts";
import { printable } from "../common/printable.ts";
import { Problem } from "../common/problem.ts";
import { describe, hasContent, type Published, promote, versionWith } from "../common/published.ts";
import { table } from "../common/table.ts";

/** How a Region stands after a deployment. */
export interface Verified {
  readonly region: string;
  readonly document: string;
  readonly version: string;
  readonly versionName: string | undefined;
  readonly defaultVersion: string;
  /** What had to be done to the default, in words; empty: nothing. */
  readonly note: string;
}

/**
 * Proves, through SSM, that what was deployed is there, and that the default version is the one that is meant: the
 * deployed one, or, for a trial, the one of before. CloudFormation says UPDATE_COMPLETE in either case and is
 * reported to leave the old default in place now and then, so the default is set here when it is not as meant.
 *
 * @param keep the default version of before that has to stay; undefined: the deployed version becomes the default
 * @throws Problem when no version has the content that was deployed
 * @see https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/2539
 */
export async function verify(
  client: SSMClient,
  region: string,
  name: string,
  publication: VersionedDocument,
  keep?: string,
): Promise<Verified> {
  const now = await describe(client, name);
  const deployed =
    now &&
    ((await versionWith(client, now, publication)) ??
      (await defaultWith(client, now, publication)));
  if (now === undefined || deployed === undefined)
    throw new Problem(
      `No version of ${name} in ${region} has the content that was deployed (hash ${publication.hash.slice(0, 12)}…).`,
      "Look at the stack's events in the CloudFormation console, then deploy again.",
    );
  const wanted = keep ?? deployed.version;
  const note =
    now.defaultVersion === wanted
      ? ""
      : keep === undefined
        ? `the default was still ${now.defaultVersion}; promoted`
        : `the default had moved to ${now.defaultVersion}; put back`;
  if (note !== "") await promote(client, name, wanted);
  return {
    region,
    document: name,
    version: deployed.version,
    versionName: deployed.versionName,
    defaultVersion: wanted,
    note,
  };
}

/** The default version where it has the content under another name. */
const defaultWith = async (
  client: SSMClient,
  now: Published,
  publication: VersionedDocument,
): Promise<Published | undefined> =>
  (await hasContent(client, now, publication)) ? now : undefined;

/** Regions as a table: version, default and what had to be done. */
export function report(verified: readonly Verified[]): string {
  return table(
    ["Region", "Document", "Version", "Name", "Default", "Content", ""],
    verified.map((state) => [
      state.region,
      state.document,
      state.version,
      printable(state.versionName ?? ""),
      state.defaultVersion,
      pc.green("verified"),
      state.note,
    ]),
  );
}
