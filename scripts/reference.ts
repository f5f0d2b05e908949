import { readFileSync, writeFileSync } from "node:fs";
import { inProject } from "../build/root.ts";
import { reference } from "../document/reference.ts";

/** `npm run reference`: renews README's reference section from the definitions. */
const begin = "<!-- reference: written by npm run reference -->\n";
const end = "\n<!-- end of the reference -->";

const file = inProject("README.md");
const text = readFileSync(file, "utf8");
const from = text.indexOf(begin);
const to = text.indexOf(end);
if (from < 0 || to < from) {
  console.error(`README.md lacks the lines between which the reference stands: ${begin}${end}`);
  process.exitCode = 1;
} else {
  writeFileSync(file, text.slice(0, from + begin.length) + reference() + text.slice(to));
}
