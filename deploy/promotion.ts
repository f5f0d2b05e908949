import { agree } from "../common/ask.ts";
import { ssm } from "../common/clients.ts";
import { loadConfig, regionsOf } from "../common/config.ts";
import { loadDocument } from "../common/document.ts";
import { Problem } from "../common/problem.ts";
import {
  content,
  describe,
  previous,
  promote,
  publish,
  type VersionReference,
} from "../common/published.ts";
import { changes, eachRegion, report } from "./deployment.ts";
import { difference } from "./difference.ts";
import { verify } from "./verify.ts";

export interface VersionOptions {
  readonly context: readonly string[];
  readonly yes: boolean;
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
  const name = config.documentName;
  const regions = regionsOf(config);
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
    console.log(
      `${region}: the default of ${name} goes from ${now.defaultVersion} to ${next.version}.\n${difference(
        [`version ${now.version} (${now.versionName ?? "unnamed"})`, texts[0]],
        [`version ${next.version} (${next.versionName ?? "unnamed"})`, texts[1]],
      )}`,
    );
  if (moves.every(({ now, next }) => now.defaultVersion === next.version)) {
    console.log("It is the default already.");
    return 0;
  }
  if (!(await agree("Move the default?", options.yes))) return 0;
  for (const { region, next } of moves) {
    await promote(ssm(region), name, next.version);
    console.log(
      `${region}: version ${next.version} (${next.versionName ?? "unnamed"}) is the default.`,
    );
  }
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
  const regions = regionsOf(config);
  const publication = loadDocument(config.documentFile);
  for (const region of regions)
    console.log(await changes(region, config.documentName, publication));
  if (!(await agree(`Publish ${config.documentName} ${publication.versionName}?`, options.yes)))
    return 0;
  const verified = await eachRegion(regions)(async (region) => {
    const before = await describe(ssm(region), config.documentName);
    await publish(ssm(region), config, publication);
    return verify(
      ssm(region),
      region,
      config.documentName,
      publication,
      toDefault ? undefined : before?.defaultVersion,
    );
  });
  console.log(report(verified));
  return 0;
}
