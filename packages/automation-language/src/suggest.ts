import { closest, distance } from "fastest-levenshtein";

/** The known name that a name is a slip of; undefined where none is near. */
export function nearest(
  name: string,
  known: readonly string[],
  most = Math.max(1, Math.floor(name.length / 3)),
): string | undefined {
  if (known.length === 0) return undefined;
  const sameLetters = known.find((one) => one.toLowerCase() === name.toLowerCase());
  const found = sameLetters ?? closest(name, known);
  return distance(name.toLowerCase(), found.toLowerCase()) <= most ? found : undefined;
}

/** `, did you mean X?` for the nearest known name, or nothing where none is near. */
export function suggest(name: string, known: readonly string[], most?: number): string {
  const found = nearest(name, known, most);
  return found === undefined ? "" : `, did you mean ${found}?`;
}

/** As suggest, or else the names that there are: `; there are A, B and C`. */
export function suggestOrList(name: string, known: readonly string[], most = 12): string {
  const suggested = suggest(name, known);
  if (suggested !== "") return suggested;
  if (known.length === 0) return "; there are none";
  const more = known.length > most ? ` and ${known.length - most} more` : "";
  return `; there ${known.length === 1 ? "is" : "are"} ${known.slice(0, most).join(", ")}${more}`;
}
