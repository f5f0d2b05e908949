/**
 * Keeps what was made of the texts that were used last: the same document is published, and run, in many accounts.
 *
 * @param size how many are kept
 * @param make what is kept is its result; what it throws is not
 */
export function rememberLast<T, Rest extends readonly unknown[]>(
  size: number,
  make: (text: string, ...rest: Rest) => T,
): (text: string, ...rest: Rest) => T {
  const known = new Map<string, { readonly result: T }>();
  return (text, ...rest) => {
    const found = known.get(text) ?? { result: make(text, ...rest) };
    // The one that was used last is forgotten last.
    known.delete(text);
    known.set(text, found);
    const [oldest] = known.keys();
    if (known.size > size && oldest !== undefined) known.delete(oldest);
    return found.result;
  };
}
