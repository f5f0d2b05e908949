import { inProject } from "../build/root.ts";
import { command } from "../common/command.ts";
import { reference } from "../document/reference.ts";
import { program } from "./program.ts";
import { writeBelowDist } from "./publishable.ts";

program("reference", "Renews docs/reference.md from the definitions.", [
  ["", "after a change below steps/ or document/"],
]).parse();

await command(async () => {
  writeBelowDist(
    "docs/reference.md",
    `# Reference\n\nParameters, outputs, steps and permissions of the documents. Written by \`npm run reference\` from the definitions; do not edit it.\n\n${reference()}\n`,
  );
  console.log(`${inProject("docs", "reference.md")} is that of this working tree.`);
  return 0;
});
