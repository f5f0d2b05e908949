import { findPython } from "automation-language/python";
import { measure } from "automation-validator/mutation/measure";
import { mutantsOf } from "automation-validator/mutation/mutate";
import { expect, test } from "vitest";
import { compile } from "../../document/compile.ts";

const { yaml, permissions } = compile(findPython());

/** What the checks catch of the mutants of this project's own document; `npm run validate -- --mutants` shows the table. */
const FLOOR = 0.9;

test("the same seed gives the same mutants, all different from the document", () => {
  const [one, two] = [mutantsOf(yaml, permissions, 7, 50), mutantsOf(yaml, permissions, 7, 50)];
  expect(one).toEqual(two);
  expect(
    new Set(one.map(({ text, permissions: own }) => text + JSON.stringify(own))).size,
  ).toBeGreaterThan(45);
});

test("at least nine of ten broken documents are caught", { timeout: 600_000 }, async () => {
  const { mutants, caught, survivors } = await measure(yaml, permissions, 1, 320);
  expect(mutants).toBeGreaterThanOrEqual(300);
  expect(
    caught / mutants,
    survivors.map(({ kind, place }) => `${kind}: ${place}`).join("\n"),
  ).toBeGreaterThanOrEqual(FLOOR);
});
