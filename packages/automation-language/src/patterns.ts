/**
 * Whether a pattern takes a value; undefined where JavaScript can't read the pattern. A match of a part
 * is enough here: a value that not even in part matches is refused whichever way Automation matches.
 */
export function matches(pattern: string, value: string): boolean | undefined {
  try {
    return new RegExp(pattern).test(value);
  } catch {
    return undefined;
  }
}
