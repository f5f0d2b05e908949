import { expect, test } from "vitest";
import { printable } from "../../common/printable.ts";

test.each([
  ["web server é 名", "web server é 名"],
  ["two\nlines\tand a tab", "two\nlines\tand a tab"],
  ["\u001b[2Jgone", "\\x1b[2Jgone"],
  ["back\rover", "back\\x0dover"],
  ["\u202egnirts", "\\u202egnirts"],
  ["\u009b31mred", "\\x9b31mred"],
])("%j is shown as %j", (text, shown) => {
  expect(printable(text)).toBe(shown);
});
