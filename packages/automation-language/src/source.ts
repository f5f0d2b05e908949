import {
  Composer,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  Lexer,
  LineCounter,
  type Node,
  type ParsedNode,
  Parser,
  type Scalar,
  visit,
  type YAMLError,
} from "yaml";
import type { Path, Problem } from "./place.ts";

/** A part of a text, 1-based; the end is the place after the last character. */
export interface Span {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** A parsed text that knows where each value stands. JSON is read as YAML, which holds it. */
export interface Source {
  /** The document as plain data; undefined where the text can't be parsed. */
  readonly value: unknown;
  /** The same, with a bigint for each integer that no number holds exactly. */
  exact(): unknown;
  /** Empty, or the first error, at the place where it begins: what follows one is mostly its echo. */
  readonly syntaxErrors: readonly (Span & { readonly message: string })[];
  /** Numbers that are written with a 0 before them, with their text. */
  lostDigits(): Iterable<{ path: Path; text: string }>;
  /** Where a problem stands; at its nearest existing parent where the path leads nowhere. */
  locate(problem: Pick<Problem, "path" | "atKey" | "inText" | "part">): Span;
}

/** A YAML document with the means to place its nodes. */
export interface Parsed {
  readonly text: string;
  readonly document: Document.Parsed;
  /** The span between two offsets. */
  span(start: number, end: number): Span;
  readonly error: (Span & { readonly message: string }) | undefined;
}

/**
 * Parses YAML or JSON. Never throws: what is wrong with the text is in `syntaxErrors`.
 *
 * @param format json: nothing but JSON will do, though YAML would also take a comment or a comma too many
 */
export const parseSource = (text: string, format: "json" | "yaml" = "yaml"): Source =>
  wholeSource(parseYaml(text, format));

/** The source of a parsed text that is a document as a whole. */
export function wholeSource(parsed: Parsed): Source {
  // A tag that is not known is only a warning to the parser, but nobody resolves it: CloudFormation's
  // !Ref and !Sub work in its templates, not in the documents that come out of them.
  const tag = parsed.document.warnings.find(({ code }) => code === "TAG_RESOLVE_FAILED");
  const error = parsed.error ?? (tag && syntaxError(tag, parsed));
  return sourceOf(parsed, error);
}

/** The source of a parsed text, or of the part of it to which a path leads. */
export function sourceOf(
  parsed: Parsed,
  error: Parsed["error"] = parsed.error,
  root: unknown = parsed.document.contents,
): Source {
  const { document, span } = parsed;
  const data = error === undefined ? toData(document, root) : {};
  const syntaxErrors =
    error !== undefined
      ? [error]
      : "error" in data
        ? [{ message: data.error ?? "", ...span(data.at ?? 0, data.end ?? data.at ?? 0) }]
        : [];
  return {
    value: syntaxErrors.length === 0 ? data.data : undefined,
    syntaxErrors,
    exact: () => (syntaxErrors.length === 0 ? exactData(document, root) : undefined),
    lostDigits: () => lostDigits(root, []),
    locate: (problem) => locate(parsed, root, problem),
  };
}

/** Parses a text as YAML, and as JSON where nothing else will do. */
export function parseYaml(text: string, format: "json" | "yaml" = "yaml"): Parsed {
  const lines = new LineCounter();
  const document = compose(text, lines);
  const place = (offset: number) => {
    const { line, col } = lines.linePos(Math.min(Math.max(offset, 0), text.length));
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const span = (start: number, end: number): Span => {
    const to = place(Math.max(start, end));
    return { ...place(start), endLine: to.line, endColumn: to.column };
  };
  const plain = { text, document, span, error: undefined };
  const [first] = [...document.errors].sort((a, b) => a.pos[0] - b.pos[0]);
  if (first !== undefined) return { ...plain, error: syntaxError(first, plain) };
  if (format !== "json") return plain;
  const wrong = wrongJson(text, document);
  return wrong === undefined
    ? plain
    : { ...plain, error: { message: wrong.message, ...span(wrong.at, wrong.at + 1) } };
}

/**
 * The parser of the package, but for one thing: Automation reads a { or [ that goes on at the indentation of the
 * block around it, as SnakeYAML does, which YAML's letter forbids.
 */
function compose(text: string, lines: LineCounter): Document.Parsed {
  const lexer = new Lexer();
  const inFlow = () => Number(Reflect.get(lexer, "flowLevel")) > 0;
  let indent = 0;
  Object.defineProperty(lexer, "indentNext", {
    get: () => (inFlow() ? 0 : indent),
    set: (value: number) => {
      indent = value;
    },
  });
  const parser = new Parser(lines.addNewLine);
  const tokens = function* () {
    lines.addNewLine(0);
    for (const lexeme of lexer.lex(text)) yield* parser.next(lexeme);
    yield* parser.end();
  };
  const composer = new Composer({ uniqueKeys: true, version: "1.2", logLevel: "error" });
  let document: Document.Parsed | undefined;
  for (const one of composer.compose(tokens(), true, text.length)) {
    if (document === undefined) document = one as Document.Parsed;
    else {
      document.errors.push(secondDocument(one as Document.Parsed));
      break;
    }
  }
  if (document === undefined) throw new Error("The parser gave no document");
  return document;
}

const secondDocument = ({ range }: Document.Parsed): YAMLError =>
  ({ code: "MULTIPLE_DOCS", message: "", pos: [range[0], range[0] + 3] }) as unknown as YAMLError;

function syntaxError(
  { code, message, pos }: YAMLError,
  parsed: Pick<Parsed, "document" | "span" | "text">,
): Span & { message: string } {
  const { document, span, text } = parsed;
  const open = openedBefore(document, text, pos[0], code);
  if (open !== undefined) return { message: open.message, ...span(open.at, open.at + 1) };
  return { message: reasons[code] ?? plain(message), ...span(pos[0], pos[1]) };
}

/** The quote or bracket that an error at an offset comes from: what begins before it and has no end of its own. */
function openedBefore(
  document: Document.Parsed,
  text: string,
  offset: number,
  code: string,
): { at: number; message: string } | undefined {
  let found: { at: number; message: string } | undefined;
  visit(document.contents as Node | null, (_, node) => {
    if (isScalar(node) && node.range && /^QUOTE/.test(node.type ?? "")) {
      const [start, end] = node.range;
      // A quote that is missing at the end of one line takes in the lines up to the next quote.
      const torn = text.slice(start, end).includes("\n") && /:\s/.test(text.slice(start, end));
      const near = offset >= start && offset <= end + 1;
      if ((near && (code === "MISSING_CHAR" || torn)) || (torn && sameLine(text, end, offset)))
        found = {
          at: start,
          message: `The text that begins here with ${text[start]} has no closing quote on its line`,
        };
    } else if (isCollection(node) && node.flow && node.range && unclosed.has(code)) {
      const [start, end] = node.range;
      if (/[[{]/.test(text[start] ?? "") && offset >= start && offset <= end + 1) {
        const [opening, closing] = text[start] === "[" ? ["[", "]"] : ["{", "}"];
        found = { at: start, message: `The ${opening} that stands here has no ${closing}` };
      }
    }
  });
  return found;
}

/** What the parser calls a { or [ without its end, at the top and further in. */
const unclosed = new Set(["MISSING_CHAR", "BAD_INDENT"]);

const sameLine = (text: string, from: number, to: number): boolean =>
  from <= to && !text.slice(from, to).includes("\n");

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
  if (first.includes("call stack")) return TOO_DEEP;
  const short = first.replace(/ at line \d+, column \d+:?$/, "");
  return short.length > LONGEST ? `${short.slice(0, LONGEST)}…` : short;
}

const TOO_DEEP = "The text is nested too deeply";

/** The parser quotes what it did not expect: in a text that is not YAML at all, that may be most of it. */
const LONGEST = 160;

const reasons: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: "There is a second document: --- begins one, and a file holds one",
};

/** What is not JSON in a text that is YAML, and where. */
function wrongJson(
  text: string,
  document: Document.Parsed,
): { message: string; at: number } | undefined {
  const mark = text.startsWith("\uFEFF") ? 1 : 0;
  try {
    JSON.parse(text.slice(mark));
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const told = /at position (\d+)/.exec(reason)?.[1];
    return {
      message: `This is not JSON: ${reason.replace(/ in JSON at position.*| at position.*|, (\.{3})?".*/s, "")}`,
      at: told === undefined ? firstForeign(text, document) : Number(told) + mark,
    };
  }
}

/** Where the first value stands that is written as YAML alone takes it, without quotes or in single ones; else a comma too many. */
function firstForeign(text: string, document: Document.Parsed): number {
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

interface Data {
  readonly data?: unknown;
  readonly error?: string;
  /** Offsets of the error. */
  readonly at?: number;
  readonly end?: number;
}

function toData(document: Document.Parsed, root: unknown): Data {
  try {
    const circle = ownAlias(root);
    if (circle !== undefined) return circle;
    const node = root as ParsedNode | null;
    return { data: node === null ? null : node.toJS(document, { maxAliasCount: 100 }) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      error: /alias/i.test(reason)
        ? "Aliases (*name) repeat so much that the document would not end"
        : plain(reason),
    };
  }
}

function exactData(document: Document.Parsed, root: unknown): unknown {
  const large: { readonly node: Scalar; readonly value: unknown }[] = [];
  visit(root as Node | null, {
    Scalar: (key, node) => {
      const { value, source = "" } = node;
      if (key === "key" || typeof value !== "number" || !/^[-+]?\d+$/.test(source)) return;
      if (Number.isSafeInteger(value)) return;
      large.push({ node, value });
      node.value = BigInt(source.replace(/^\+/, ""));
    },
  });
  const { data } = toData(document, root);
  for (const { node, value } of large) node.value = value;
  return data;
}

/** An alias inside what it stands for: such a document has no end. */
function ownAlias(root: unknown): Data | undefined {
  let found: Data | undefined;
  visit(root as Node | null, (_, node, ancestors) => {
    if (!isAlias(node)) return undefined;
    const name = node.source;
    const around = ancestors.some((one) => isCollection(one) && one.anchor === name);
    if (!around) return undefined;
    const [at = 0, end = at] = node.range ?? [];
    found = {
      error: `*${name} stands inside &${name}, which it repeats: the document would not end`,
      at,
      end,
    };
    return visit.BREAK;
  });
  return found;
}

function locate(
  { text, span }: Parsed,
  root: unknown,
  { path, atKey, inText, part }: Pick<Problem, "path" | "atKey" | "inText" | "part">,
): Span {
  const found = find(root, path, atKey ?? false);
  const [start = 0, end = start] = found?.range ?? [];
  if (inText !== undefined && isScalar(found)) {
    const first = placeInText(found, text, span(start, start), inText);
    const line = text.split("\n", first.line)[first.line - 1] ?? "";
    const length = first.isBlock ? line.trimEnd().length + 1 : first.column;
    const { line: at, column } = first;
    return { line: at, column, endLine: at, endColumn: Math.max(length, column) };
  }
  const inside = part === undefined ? -1 : text.slice(start, end).indexOf(part);
  if (part !== undefined && inside >= 0) return span(start + inside, start + inside + part.length);
  return span(start, endOfFirstLine(text, start, end));
}

/** The end of a value, or of its first line where it has more: nobody wants whole steps underlined. */
function endOfFirstLine(text: string, start: number, end: number): number {
  const value = text.slice(start, end);
  const [first = ""] = value.split("\n");
  return start + first.replace(/\s+#.*$/, "").trimEnd().length;
}

/** The node that a path leads to, or its key; a key in other capitals will do where there is none in these. */
function find(root: unknown, path: Path, atKey: boolean): Node | undefined {
  let node = root;
  let key: Node | undefined;
  for (const part of path) {
    if (!isCollection(node)) break;
    const pair = isMap(node) ? pairOf(node.items, String(part)) : undefined;
    const next = isPair(pair) ? pair.value : isMap(node) ? undefined : node.get(part, true);
    if (next === undefined) return (node as Node) ?? undefined;
    key = isPair(pair) ? (pair.key as Node) : undefined;
    if (next === null) return key;
    node = next;
  }
  return atKey && key !== undefined ? key : (node as Node | undefined);
}

function pairOf<T extends { readonly key: unknown }>(
  items: readonly T[],
  name: string,
): T | undefined {
  const named = (test: (key: string) => boolean) =>
    items.find(({ key }) => isScalar(key) && test(String(key.value)));
  return named((key) => key === name) ?? named((key) => key.toLowerCase() === name.toLowerCase());
}

/** A block scalar's text begins on the line after its `|`, indented; a quoted one is placed by its line breaks only. */
export function placeInText(
  node: Node,
  text: string,
  start: { line: number; column: number },
  inside: { line: number; column: number },
): { line: number; column: number; isBlock: boolean } {
  if (!isScalar(node) || (node.type !== "BLOCK_LITERAL" && node.type !== "BLOCK_FOLDED"))
    return { line: start.line, column: start.column, isBlock: false };
  const line = start.line + inside.line;
  const indent = /^ */.exec(text.split("\n")[line - 1] ?? "")?.[0].length ?? 0;
  const own = /^ */.exec(String(node.value).split("\n")[inside.line - 1] ?? "")?.[0].length ?? 0;
  return { line, column: inside.column + Math.max(indent - own, 0), isBlock: true };
}
