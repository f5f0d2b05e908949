import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { inProject } from "../../build/root.ts";
import { reference } from "../../document/reference.ts";

test("README's reference is that of the definitions (npm run reference renews it)", () => {
  expect(readFileSync(inProject("README.md"), "utf8")).toContain(reference());
});
