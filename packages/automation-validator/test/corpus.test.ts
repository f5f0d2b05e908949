import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { checkDocument } from "../src/check.ts";

const folder = `${import.meta.dirname}/corpus`;
const files = readdirSync(folder);

test("the corpus has thirty documents of different kinds", () => {
  expect(files.length).toBeGreaterThanOrEqual(30);
  const text = files.map((file) => readFileSync(`${folder}/${file}`, "utf8")).join("\n");
  const actions = new Set(text.match(/aws:[a-z][A-Za-z]+(?=["\s,])/g));
  expect(actions.size).toBeGreaterThanOrEqual(21);
});

test.each(files)("%s is a sound document: nothing is said of it", async (file) => {
  const findings = await checkDocument(readFileSync(`${folder}/${file}`, "utf8"), { file });
  expect(findings.map(({ id, line, message }) => `${line} ${id} ${message}`)).toEqual([]);
});
