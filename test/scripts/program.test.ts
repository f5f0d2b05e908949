import { expect, it } from "vitest";
import { program } from "../../scripts/program.ts";

const help = (script: string): string => {
  let shown = "";
  program(script, "Does something.", [
    ["--json", "for programs"],
    ["--jsonless", "for people"],
    ["", "as it is"],
  ])
    .option("--json", "print it as JSON", false)
    .option("--many <names>", "several", (text: string) => [text], [])
    .configureOutput({ writeOut: (text) => (shown += text), getOutHelpWidth: () => 200 })
    .outputHelp();
  return shown;
};

it("JSON for programs is printed by a line that keeps npm's own words out", () => {
  const shown = help("status");
  expect(shown).toMatch(
    /--json +print it as JSON; for a program start it by npm run --silent status\n/,
  );
  expect(shown).toContain("  npm run --silent status -- --json\n");
  expect(shown).toContain("  npm run status -- --jsonless\n");
  expect(shown).toContain("  npm run status\n");
  expect(shown).not.toContain("default:");
});
