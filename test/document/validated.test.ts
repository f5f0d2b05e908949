import { findPython } from "automation-language/python";
import { checkDocument } from "automation-validator/check";
import { expect, test } from "vitest";
import { compile } from "../../document/compile.ts";

const findings = async (form: "yaml" | "readable") => {
  const { permissions, ...texts } = compile(findPython());
  const yaml = texts[form];
  const found = await checkDocument(yaml, { file: "own.yaml", declaredPermissions: permissions });
  return found.map(({ id, message }) => `${id} ${message}`);
};

test("this project's own document has no finding", { timeout: 60_000 }, async () => {
  expect(await findings("yaml")).toEqual([]);
});

test("nor have its scripts as they were written, which are only too long", {
  timeout: 60_000,
}, async () => {
  expect(await findings("readable")).toEqual([expect.stringContaining("LIMIT06")]);
});
