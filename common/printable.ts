/**
 * Characters that change how what stands around them is shown, or that are not seen: controls but line break and tab,
 * bidirectional marks, breaks of lines and paragraphs that are none to a shell, and what has no width.
 */
const CONTROL =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/g;

/**
 * A text of AWS (a name, a tag, a message) as it may be shown on a terminal: what would move the cursor, colour or
 * turn the writing is shown as its code, such as `\x1b`.
 */
export const printable = (text: string): string =>
  text.replace(CONTROL, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return code.length <= 2 ? `\\x${code.padStart(2, "0")}` : `\\u${code.padStart(4, "0")}`;
  });
