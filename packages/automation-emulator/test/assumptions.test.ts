import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { assumptionIds, assumptions } from "../src/assumptions.ts";
import { inPackage } from "./project.ts";

/** The lines of README's table. */
const assumptionRows: readonly string[] = Object.entries(assumptions).map(
  ([id, { question, engine, why, proved }]) =>
    `| \`${id}\` | ${question} | ${engine} | ${why} | ${proved ? `${proved.on}, ${proved.region}` : "no"} |`,
);

test("README has the row of each assumption, in the list's order and no other", async () => {
  const readme = await readFile(inPackage("README.md"), "utf8");
  const [, part = ""] = /## What documents leave open\n(.*?)\n## /s.exec(readme) ?? [];
  const rows = part.split("\n").filter((line) => line.startsWith("| `"));
  expect(rows).toEqual(assumptionRows);
});

test("an id is of small letters and hyphens, and no cell would end its column", () => {
  for (const id of assumptionIds) expect(id).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
  for (const row of assumptionRows) expect(row.split("|")).toHaveLength(7);
});
