import {
  isCollection,
  isMap,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from "yaml";
import type { Path, Problem } from "./place.ts";

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
  const document = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: true,
    version: "1.2",
    logLevel: "error",
  });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  // A tag that is not known is only a warning to the parser, but nobody resolves it: CloudFormation's
  // !Ref and !Sub work in its templates, not in the documents that come out of them.
  const unresolved = document.warnings.filter(({ code }) => code === "TAG_RESOLVE_FAILED");
  const syntaxErrors = [...document.errors, ...unresolved].map(({ code, message, pos }) => ({
    message: reasons[code] ?? plain(message),
    ...place(pos[0]),
  }));
  const value = syntaxErrors.length === 0 ? toData(document) : undefined;
  if (value?.error !== undefined) syntaxErrors.push({ message: value.error, ...place(0) });
  if (format === "json" && syntaxErrors.length === 0) {
    const wrong = wrongJson(text, document);
    if (wrong !== undefined) syntaxErrors.push({ message: wrong.message, ...place(wrong.at) });
  }
  return {
    value: value?.data,
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

/** The parser's own words where a person understands them. */
function plain(message: string): string {
  const [first = ""] = message.split("\n");
  if (first.includes("call stack")) return "The text is nested too deeply";
  const short = first.replace(/ at line \d+, column \d+:?$/, "");
  return short.length > LONGEST ? `${short.slice(0, LONGEST)}…` : short;
}

/** The parser quotes what it did not expect: in a text that is no YAML at all, that may be most of it. */
const LONGEST = 160;

const reasons: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: "There is a second document: --- begins one, and a file holds one",
};

/** What is no JSON in a text that is YAML, and where. */
function wrongJson(
  text: string,
  document: ReturnType<typeof parseDocument>,
): { message: string; at: number } | undefined {
  const mark = text.startsWith("\uFEFF") ? 1 : 0;
  try {
    JSON.parse(text.slice(mark));
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const told = /at position (\d+)/.exec(reason)?.[1];
    return {
      message: `This is no JSON: ${reason.replace(/ in JSON at position.*| at position.*|, (\.{3})?".*/s, "")}`,
      at: told === undefined ? firstForeign(text, document) : Number(told) + mark,
    };
  }
}

/** Where the first value stands that is written as YAML alone takes it, without quotes or in single ones; else a comma too many. */
function firstForeign(text: string, document: ReturnType<typeof parseDocument>): number {
  const blank = text.replace(/"(?:[^"\\]|\\.)*"/g, (string) => "-".repeat(string.length));
  let at = /,\s*[\]}]/.exec(blank)?.index ?? 0;
  visit(document, {
    Scalar(_, { type, source, range }) {
      const json = type === "PLAIN" && /^(-?\d[\d.eE+-]*|true|false|null)$/.test(source ?? "");
      if (type === "QUOTE_DOUBLE" || json) return undefined;
      at = range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return at;
}

function toData(document: ReturnType<typeof parseDocument>): { data?: unknown; error?: string } {
  try {
    return { data: document.toJS({ maxAliasCount: 100 }) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      error: /alias/i.test(reason)
        ? "Aliases (*name) repeat so much that the document would not end"
        : plain(reason),
    };
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
