import { isCollection, isMap, isPair, isScalar, LineCounter, type Node, parseDocument } from "yaml";
import type { Path, Problem } from "./finding.ts";

/** A parsed text that knows where each value stands. JSON is read as YAML, which holds it. */
export interface Source {
  /** The document as plain data; undefined where the text can't be parsed. */
  readonly value: unknown;
  readonly syntaxErrors: readonly { message: string; line: number; column: number }[];
  /** The 1-based line and column of a problem; of its nearest existing parent where the path leads nowhere. */
  locate(problem: Pick<Problem, "path" | "atKey" | "inText">): { line: number; column: number };
}

/** Parses YAML or JSON. Never throws: what is wrong with the text is in `syntaxErrors`. */
export function parseSource(text: string): Source {
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
  return {
    value: syntaxErrors.length === 0 ? toData(document) : undefined,
    syntaxErrors,
    locate: ({ path, atKey, inText }) => {
      const found = find(document.contents, path, atKey ?? false);
      const start = place(found?.range?.[0] ?? 0);
      if (inText === undefined || !isScalar(found)) return start;
      return placeInText(found, text, start, inText);
    },
  };
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
