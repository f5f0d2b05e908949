/**
 * Whether a value matches a pattern as a whole, as Automation demands of allowedPattern; undefined where
 * JavaScript can't read the pattern.
 */
export function matches(pattern: string, value: string): boolean | undefined {
  try {
    return new RegExp(`^(?:${pattern})$`).test(value);
  } catch {
    return undefined;
  }
}
