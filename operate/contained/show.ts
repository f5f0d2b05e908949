import pc from "../../common/colours.ts";
import { printable } from "../../common/printable.ts";
import { type Home, placeName } from "../places.ts";
import { detail, releaseLine } from "../showCase.ts";
import type { Answer, Contained, Sources, State } from "./judge.ts";

const SIGNS: Readonly<Record<State, string>> = {
  contained: pc.green("✔"),
  "partly contained": pc.red("✖"),
  "NOT CONFIRMED": pc.yellow("!"),
  "OPEN TO ALL": pc.red("✖"),
  "not contained": pc.red("✖"),
  terminated: pc.yellow("!"),
};

/**
 * What is contained as text, each instance with its key, what the sources say, and the line that releases it.
 *
 * @param home where runs are started
 */
export const containedText = (all: readonly Contained[], home: Home): string =>
  all.map((each) => oneText(each, home)).join("\n");

function oneText(each: Contained, home: Home): string {
  const { instance, state, since, execution, startedBy, bucket, key, sources, problems } = each;
  const sign = problems.length > 0 && state === "contained" ? pc.yellow("!") : SIGNS[state];
  const inside = state === "contained" || state === "partly contained";
  const when = since && inside ? ` since ${minute(since)}` : "";
  const ended = since && !inside ? `, ended ${minute(since)}` : "";
  // The account that shares a document decides what its executions say.
  const of = each.document.startsWith("arn:") ? ` of ${each.document}` : "";
  const by = startedBy === "" ? "" : `, started by ${startedBy}`;
  return [
    `${sign} ${pc.bold(printable(instance))}  ${state}${when}  ${pc.dim(placeName(each.place))}`,
    ...(execution === "" ? [] : [detail("run", `${execution}${of}${ended}${by}`)]),
    ...(key === "" ? [] : [detail("key", bucket === "" ? key : `s3://${bucket}/${key}`, false)]),
    detail("sources", sourcesText(sources)),
    ...problems.map((problem) => detail("look", problem)),
    ...(key === "" ? [] : [releaseOr(each, home)]),
  ].join("\n");
}

function releaseOr(each: Contained, home: Home): string {
  return each.bucket === ""
    ? detail("release", "the bucket is not known: no tag and no execution says it")
    : detail("release", releaseLine(each, each, home), false);
}

const WORDS: Readonly<Record<Answer, string>> = {
  agrees: "agrees",
  differs: "DIFFERS",
  missing: "says nothing",
  "too old": "is gone (older than 30 days)",
};

const sourcesText = ({ groups, execution, tag }: Sources): string =>
  [groups, execution, tag].every((answer) => answer === "agrees")
    ? "groups, execution and tag agree"
    : `groups: ${WORDS[groups]}; execution: ${WORDS[execution]}; tag: ${WORDS[tag]}`;

const minute = (time: Date): string => `${time.toISOString().slice(0, 16).replace("T", " ")} UTC`;
