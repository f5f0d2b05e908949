import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { inProject } from "../../build/root.ts";
import { reference } from "../../document/reference.ts";

test("docs has the reference that of the definitions (npm run reference renews it)", () => {
  expect(readFileSync(inProject("docs", "reference.md"), "utf8")).toContain(reference());
});
