import { inProject } from "../build/root.ts";
import { command } from "../common/command.ts";
import { writeText } from "../common/write.ts";
import { reference } from "../document/reference.ts";
import { program } from "./program.ts";

program("reference", "Renews docs/reference.md from the definitions.", [
  ["", "after a change below steps/ or document/"],
]).parse();

await command(async () => {
  writeText(
    inProject("docs", "reference.md"),
    `# Reference\n\nParameters, outputs, steps and permissions of the documents. Written by \`npm run reference\` from the definitions; do not edit it.\n\n${reference()}\n`,
  );
  console.log(`${inProject("docs", "reference.md")} is that of this working tree.`);
  return 0;
});
