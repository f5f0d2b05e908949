import { expect, it } from "vitest";
import * as parse from "../../scripts/options.ts";

const ID = "01234567-89ab-4cde-8f01-23456789abcd";

it.each<[string, readonly string[], readonly string[]]>([
  ["Regions", parse.regions("us-east-1,eu-west-1, us-east-1"), ["us-east-1", "eu-west-1"]],
  ["Regions, given again", parse.moreRegions("us-east-1", ["us-east-1"]), ["us-east-1"]],
  ["accounts", parse.accountsOrUnits("111122223333,111122223333"), ["111122223333"]],
  ["executions", parse.executionIds(`${ID},${ID}`), [ID]],
  ["other values, given again", parse.moreOf("b,a", ["a"]), ["a", "b"]],
])("%s that are named twice count once", (_, found, wanted) => {
  expect(found).toEqual(wanted);
});
