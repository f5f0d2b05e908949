import { expect, it } from "vitest";
import { summary } from "../../operate/contained/contained.ts";

const place = (account: string | undefined, region: string) => ({ account, region });
const OWN = "111122223333";
const here = [place(undefined, "us-east-1")];

it.each([
  [here, OWN, "Nothing is contained in 111122223333 / us-east-1."],
  [here, undefined, "Nothing is contained in us-east-1."],
  [
    [...here, place(undefined, "eu-west-1")],
    OWN,
    "Nothing is contained in 2 of 2 Regions of 111122223333.",
  ],
  [
    [...here, place("444455556666", "us-east-1")],
    undefined,
    "Nothing is contained in 2 of 2 accounts and Regions.",
  ],
])("that nothing is contained is said with the account where it is known: %j", (...row) => {
  const [places, own, said] = row;
  expect(summary([], places.length, places, own)).toBe(said);
});
