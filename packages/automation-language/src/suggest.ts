import { closest, distance } from "fastest-levenshtein";

/** `, did you mean X?` for the nearest known name, or nothing where none is near. */
export function suggest(
  name: string,
  known: readonly string[],
  most = Math.max(1, Math.floor(name.length / 3)),
): string {
  if (known.length === 0) return "";
  const sameLetters = known.find((one) => one.toLowerCase() === name.toLowerCase());
  const nearest = sameLetters ?? closest(name, known);
  const near = distance(name.toLowerCase(), nearest.toLowerCase());
  return near <= most ? `, did you mean ${nearest}?` : "";
}
