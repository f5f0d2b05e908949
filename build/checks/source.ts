import { isCollection, isMap, isPair, isScalar, LineCounter, type Node, parseDocument } from "yaml";
import type { Path, Problem } from "./finding.ts";

/** A parsed text that knows where each value stands. JSON is read as YAML, which holds it. */
export interface Source {
  /** The document as plain data; undefined where the text can't be parsed. */
  readonly value: unknown;
  readonly syntaxErrors: readonly { message: string; line: number; column: number }[];
  /** Numbers that are written with a 0 before them, with their text. */
  lostDigits(): Iterable<{ path: Path; text: string }>;
  /** The 1-based line and column of a problem; of its nearest existing parent where the path leads nowhere. */
  locate(problem: Pick<Problem, "path" | "atKey" | "inText">): { line: number; column: number };
}

/**
 * Parses YAML or JSON. Never throws: what is wrong with the text is in `syntaxErrors`.
 *
 * @param format json: nothing but JSON will do, though YAML would also take a comment or a comma too many
 */
export function parseSource(text: string, format: "json" | "yaml" = "yaml"): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, version: "1.2" });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const syntaxErrors = document.errors.map((error) => ({
    message: (error.message.split("\n")[0] ?? "").replace(/ at line \d+, column \d+:?$/, ""),
    ...place(error.pos[0]),
  }));
  if (format === "json" && syntaxErrors.length === 0) {
    const wrong = wrongJson(text);
    if (wrong !== undefined) syntaxErrors.push({ message: wrong.message, ...place(wrong.at) });
  }
  return {
    value: syntaxErrors.length === 0 ? toData(document) : undefined,
    syntaxErrors,
    lostDigits: () => lostDigits(document.contents, []),
    locate: ({ path, atKey, inText }) => {
      const found = find(document.contents, path, atKey ?? false);
      const start = place(found?.range?.[0] ?? 0);
      if (inText === undefined || !isScalar(found)) return start;
      return placeInText(found, text, start, inText);
    },
  };
}

function* lostDigits(node: unknown, path: Path): Iterable<{ path: Path; text: string }> {
  if (isMap(node))
    for (const { key, value } of node.items)
      yield* lostDigits(value, [...path, String(isScalar(key) ? key.value : key)]);
  else if (isCollection(node))
    for (const [at, item] of node.items.entries()) yield* lostDigits(item, [...path, at]);
  else if (isScalar(node) && typeof node.value === "number" && /^0\d+$/.test(node.source ?? ""))
    yield { path, text: node.source ?? "" };
}

/** What is no JSON in a text that is YAML, and where. */
function wrongJson(text: string): { message: string; at: number } | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const at = Number(/at position (\d+)/.exec(reason)?.[1] ?? text.length - 1);
    return {
      message: `This is no JSON: ${reason.replace(/ in JSON at position.*| at position.*/, "")}`,
      at,
    };
  }
}

function toData(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    return undefined;
  }
}

function find(root: unknown, path: Path, atKey: boolean): Node | undefined {
  let node = root;
  let key: Node | undefined;
  for (const part of path) {
    if (!isCollection(node)) break;
    const pair = isMap(node)
      ? node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part))
      : undefined;
    const next = isPair(pair) ? pair.value : isMap(node) ? undefined : node.get(part, true);
    if (next === undefined) return (node as Node) ?? undefined;
    key = isPair(pair) ? (pair.key as Node) : undefined;
    if (next === null) return key;
    node = next;
  }
  return atKey && key !== undefined ? key : (node as Node | undefined);
}

/** A block scalar's text begins on the line after its `|`, indented; a quoted one is placed by its line breaks only. */
function placeInText(
  node: Node,
  text: string,
  start: { line: number; column: number },
  inside: { line: number; column: number },
): { line: number; column: number } {
  if (!isScalar(node) || (node.type !== "BLOCK_LITERAL" && node.type !== "BLOCK_FOLDED"))
    return start;
  const line = start.line + inside.line;
  const indent = /^ */.exec(text.split("\n")[line - 1] ?? "")?.[0].length ?? 0;
  const own = /^ */.exec(String(node.value).split("\n")[inside.line - 1] ?? "")?.[0].length ?? 0;
  return { line, column: inside.column + Math.max(indent - own, 0) };
}
