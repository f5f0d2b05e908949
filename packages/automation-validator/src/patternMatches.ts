import type { DocumentView } from "automation-language/document";
import { limitsOf, parameterType, partsOf, readValue } from "automation-language/parameters";
import { matchPatterns, type PatternResult, type PatternTest } from "automation-language/patterns";

/** A value long enough for the matching to explode is no longer told from one that never ends. */
const SECONDS = 0.5;

/** How a text fares with a pattern of the document. */
export type Match = (pattern: string, text: string) => PatternResult | undefined;

/** Matches the values that the document gives itself, defaults and allowedValues, against its patterns. */
export async function matchOwnValues(document: DocumentView, python: string): Promise<Match> {
  const tests = document.parameters.flatMap(testsOf);
  const results = await matchPatterns(tests, { python, seconds: SECONDS });
  const keyOf = (pattern: string, text: string) => JSON.stringify([pattern, text]);
  const found = new Map(
    tests.map(({ pattern, text }, at) => [keyOf(pattern, text), results[at]] as const),
  );
  return (pattern, text) => found.get(keyOf(pattern, text));
}

function testsOf(parameter: DocumentView["parameters"][number]): PatternTest[] {
  const { allowedPattern, allowedValues } = limitsOf(parameter);
  if (allowedPattern === undefined) return [];
  const value = readValue(parameterType(parameter), parameter.spec.default);
  const texts = [
    ...("value" in value ? partsOf(value.value) : []),
    ...(allowedValues === undefined ? [] : partsOf(allowedValues)),
  ];
  return texts
    .filter((text) => !text.includes("{{"))
    .map((text) => ({ pattern: allowedPattern, text }));
}
