import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A file beside this one, with line ends as a browser counts them into a hash. */
const beside = (name: string): string =>
  readFileSync(fileURLToPath(new URL(name, import.meta.url)), "utf8").replaceAll("\r\n", "\n");

/** The styles of the page and of its pieces. */
export const styles = beside("page.css");

/** Puts a button that copies it beside each command. The page is whole without it. */
export const script = beside("page.js");
