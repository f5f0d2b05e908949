import { agree } from "../common/ask.ts";
import { ssm } from "../common/clients.ts";
import { loadConfig, regionsOf } from "../common/config.ts";
import { namedDocument } from "../common/documents.ts";
import { openRegions } from "../common/openRegions.ts";
import { printer } from "../common/printer.ts";
import { Problem } from "../common/problem.ts";
import {
  content,
  describe,
  previous,
  promote,
  publish,
  type VersionReference,
} from "../common/published.ts";
import { changeIn } from "./change.ts";
import { difference } from "./difference.ts";
import { eachRegion } from "./regions.ts";
import { report, verify } from "./verify.ts";

export interface VersionOptions {
  /** The document that it is about; by default the one that contains. */
  readonly document?: string;
  readonly context: readonly string[];
  readonly yes: boolean;
  /** How the Regions stand as JSON on standard output, all else on standard error. */
  readonly json: boolean;
}

/**
 * `npm run promote -- VERSION` and `npm run rollback`: moves the default version in every Region, after showing
 * what changes for those who start the runbook.
 *
 * @param version a number or version name; undefined: the one before the default
 */
export async function moveDefault(
  version: VersionReference | undefined,
  options: VersionOptions,
): Promise<number> {
  const config = loadConfig(options.context);
  const { name } = namedDocument(options.document, config);
  const say = printer(options.json);
  const regions = await openRegions(regionsOf(config), say);
  const moves = await eachRegion(regions)(async (region) => {
    const client = ssm(region);
    const now = await describe(client, name);
    if (now === undefined)
      throw new Problem(
        `There is no document ${name} in ${region}.`,
        "Check the Region, or deploy it there first.",
      );
    const next =
      version === undefined ? await previous(client, now) : await describe(client, name, version);
    if (next === undefined)
      throw new Problem(
        `${name} has no version ${version} in ${region}.`,
        `See which there are: aws ssm list-document-versions --name ${name} --region ${region}`,
      );
    const texts = await Promise.all([
      content(client, name, now.version),
      content(client, name, next.version),
    ]);
    return { region, now, next, texts };
  });
  for (const { region, now, next, texts } of moves)
    say(
      `${region}: the default of ${name} goes from ${now.defaultVersion} to ${next.version}.\n${difference(
        [`version ${now.version} (${now.versionName ?? "unnamed"})`, texts[0]],
        [`version ${next.version} (${next.versionName ?? "unnamed"})`, texts[1]],
      )}`,
    );
  const there = moves.every(({ now, next }) => now.defaultVersion === next.version);
  if (there) say("It is the default already.");
  else if (!(await agree("Move the default?", options.yes))) return 0;
  for (const { region, next } of there ? [] : moves) {
    await promote(ssm(region), name, next.version);
    say(`${region}: version ${next.version} (${next.versionName ?? "unnamed"}) is the default.`);
  }
  if (options.json)
    console.log(
      JSON.stringify(
        moves.map(({ region, next }) => ({
          region,
          document: name,
          version: next.version,
          versionName: next.versionName,
          defaultVersion: next.version,
        })),
        null,
        2,
      ),
    );
  return 0;
}

/**
 * `npm run publish`: the document alone, through SSM, for those who may not touch CloudFormation or IAM.
 *
 * @param toDefault false: the new version is for trial
 */
export async function publishDocument(
  toDefault: boolean,
  options: VersionOptions,
): Promise<number> {
  const config = loadConfig(options.context);
  const say = printer(options.json);
  const regions = await openRegions(regionsOf(config), say);
  const { name, load } = namedDocument(options.document, config);
  const publication = load();
  const changes = await eachRegion(regions)((region) => changeIn(region, name, publication));
  for (const { text } of changes) say(text);
  if (!(await agree(`Publish ${name} ${publication.versionName}?`, options.yes))) return 0;
  const before = new Map(changes.map((change) => [change.region, change.before]));
  const verified = await eachRegion(regions)(async (region) => {
    await publish(ssm(region), name, config.tags, publication);
    return verify(
      ssm(region),
      region,
      name,
      publication,
      toDefault ? undefined : before.get(region)?.defaultVersion,
    );
  });
  say(report(verified));
  if (options.json) console.log(JSON.stringify(verified, null, 2));
  return 0;
}
