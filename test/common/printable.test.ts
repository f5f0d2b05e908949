import { expect, test } from "vitest";
import { printable } from "../../common/printable.ts";

test.each([
  ["web server é 名", "web server é 名"],
  ["two\nlines\tand a tab", "two\nlines\tand a tab"],
  ["\u001b[2Jgone", "\\x1b[2Jgone"],
  ["back\rover", "back\\x0dover"],
  ["\u202egnirts", "\\u202egnirts"],
  ["\u009b31mred", "\\x9b31mred"],
  ["a\u061cb\u2066c\u2069", "a\\u061cb\\u2066c\\u2069"],
  ["a\u2028b\u2029c", "a\\u2028b\\u2029c"],
  ["w\u200be\u2060b\ufeff", "w\\u200be\\u2060b\\ufeff"],
])("%j is shown as %j", (text, shown) => {
  expect(printable(text)).toBe(shown);
});
