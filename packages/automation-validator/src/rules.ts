import { readdirSync } from "node:fs";
import { packageFile } from "./files.ts";
import type { Rule } from "./rule.ts";

/**
 * All rules, in the order of their ids. The folder rules/ is the list: a new rule is a new file that
 * exports `rule`. (esbuild turns the templated import into a table of the folder's modules.)
 */
export async function loadRules(): Promise<readonly Rule[]> {
  const names = readdirSync(packageFile("rules"))
    .filter((name) => name.endsWith(".ts"))
    .map((name) => name.slice(0, -3));
  const modules = await Promise.all(
    names.map(async (name) => (await import(`./rules/${name}.ts`)) as { readonly rule: Rule }),
  );
  return modules.map(({ rule }) => rule).sort((a, b) => a.id.localeCompare(b.id));
}
