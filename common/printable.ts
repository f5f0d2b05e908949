/** Characters that change how a terminal shows what stands around them: controls but line break and tab, and bidirectional marks. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * A text of AWS (a name, a tag, a message) as it may be shown on a terminal: what would move the cursor, colour or
 * turn the writing is shown as its code, such as `\x1b`.
 */
export const printable = (text: string): string =>
  text.replace(CONTROL, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return code.length <= 2 ? `\\x${code.padStart(2, "0")}` : `\\u${code.padStart(4, "0")}`;
  });
