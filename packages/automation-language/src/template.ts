/**
 * Automation documents inside CloudFormation templates, which those that CDK synthesizes are too: the Content of
 * AWS::SSM::Document as an object or as YAML or JSON text. What an intrinsic function gives is not known.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-document.html
 */
import { isCollection, isMap, isScalar, isSeq, type Node, Scalar, visit, type YAMLMap } from "yaml";
import type { Path } from "./place.ts";
import { type Parsed, parseYaml, placeInText, type Source, type Span, sourceOf } from "./source.ts";
import { isRecord } from "./values.ts";

/** A document inside a template. Its places are those of the template. */
export interface EmbeddedDocument {
  /** The logical id of the resource. */
  readonly name: string;
  readonly source: Source;
  /** The text of the document, as long as AWS will count it, or nearly. */
  readonly text: string;
  /** From the template to the document. */
  readonly path: Path;
  /** Whether a span of the template holds something that only CloudFormation knows. */
  readonly unknown: (span: Span) => boolean;
}

/** What stands in place of an intrinsic function: a reference that may be anything. */
const OPAQUE = "{{ssm:cloudformation}}";

const intrinsic = /^(Ref|Condition|Fn::[A-Za-z:]+)$/;

/** Whether a parsed text is a CloudFormation template. */
export const isTemplate = ({ document }: Parsed): boolean =>
  isMap(document.contents) && isMap(document.contents.get("Resources", true));

/** The Automation documents of a template, in its order. Other kinds of documents are left out. */
export function documentsInTemplate(parsed: Parsed): EmbeddedDocument[] {
  const resources = parsed.document.get("Resources", true);
  if (!isMap(resources)) return [];
  return resources.items.flatMap(({ key, value }): EmbeddedDocument[] => {
    const name = String(isScalar(key) ? key.value : key);
    if (!isMap(value) || value.get("Type") !== "AWS::SSM::Document") return [];
    const properties = value.get("Properties", true);
    const content = isMap(properties) ? properties.get("Content", true) : undefined;
    if (!isMap(properties) || content === undefined) return [];
    const path = ["Resources", name, "Properties", "Content"];
    const found = embedded(parsed, content as Node, { name, path });
    const data = found?.source.value;
    const version = isRecord(data) ? data.schemaVersion : undefined;
    const automation = properties.get("DocumentType") === "Automation" || String(version) === "0.3";
    return automation && found !== undefined ? [found] : [];
  });
}

function embedded(
  parsed: Parsed,
  content: Node,
  { name, path }: Pick<EmbeddedDocument, "name" | "path">,
): EmbeddedDocument | undefined {
  const given = textOf(content);
  if (given !== undefined) return { name, path, ...textual(parsed, given) };
  if (!isMap(content) || functionOf(content) !== undefined) return undefined;
  const opaque: Span[] = [];
  hideFunctions(content, (node) => {
    const [start, end] = node.range ?? [0, 0];
    opaque.push(parsed.span(start, end));
  });
  const source = sourceOf(parsed, undefined, content);
  const unknown = (span: Span) => opaque.some((one) => overlap(one, span));
  return { name, path, source, unknown, text: JSON.stringify(source.value) ?? "" };
}

interface GivenText {
  readonly node: Node;
  readonly text: string;
  /** Offsets into the text of what CloudFormation puts in. */
  readonly unknown: readonly (readonly [number, number])[];
}

/** The text of a Content that is one, with placeholders for what CloudFormation puts in. */
function textOf(content: Node): GivenText | undefined {
  const called = functionOf(content);
  if (called === undefined)
    return isScalar(content) && typeof content.value === "string"
      ? { node: content, text: content.value, unknown: [] }
      : undefined;
  const { name, argument } = called;
  if (name === "Fn::Sub") {
    const text = isSeq(argument) ? argument.get(0, true) : argument;
    return isScalar(text) && typeof text.value === "string" ? substituted(text) : undefined;
  }
  if (name === "Fn::Join" && isSeq(argument)) return joined(argument.get(0), argument.get(1, true));
  return undefined;
}

/** `${Name}` becomes as many x; `${!Name}` stands for `${Name}`. */
function substituted(node: Scalar): GivenText {
  const unknown: [number, number][] = [];
  const text = String(node.value).replace(/\$\{(!?)([^}]*)\}/g, (all, literal, name, at) => {
    if (literal === "!") return `\${${name}} `;
    unknown.push([at, at + all.length]);
    return "x".repeat(all.length);
  });
  return { node, text, unknown };
}

function joined(delimiter: unknown, parts: unknown): GivenText | undefined {
  if (typeof delimiter !== "string" || !isSeq(parts)) return undefined;
  const unknown: [number, number][] = [];
  let text = "";
  for (const [at, part] of parts.items.entries()) {
    if (at > 0) text += delimiter;
    if (isScalar(part) && typeof part.value === "string" && functionOf(part) === undefined)
      text += part.value;
    else {
      unknown.push([text.length, text.length + 1]);
      text += "x";
    }
  }
  return { node: parts, text, unknown };
}

function textual(
  outer: Parsed,
  { node, text, unknown: ranges }: GivenText,
): Pick<EmbeddedDocument, "source" | "unknown" | "text"> {
  const inner = parseYaml(text);
  const source = sourceOf(inner);
  const [start] = node.range ?? [0];
  const begin = outer.span(start, start);
  const lift = (span: Span): Span => {
    const from = placeInText(node, outer.text, begin, span);
    const to = placeInText(node, outer.text, begin, { line: span.endLine, column: span.endColumn });
    return { line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
  };
  const unknown = ranges.map(([from, to]) => lift(inner.span(from, to)));
  return {
    text,
    unknown: (span) => unknown.some((one) => overlap(one, span)),
    source: {
      ...source,
      syntaxErrors: source.syntaxErrors.map((error) => ({ ...error, ...lift(error) })),
      locate: (problem) => lift(source.locate(problem)),
    },
  };
}

/** The intrinsic function that a node is: by its tag, or as a map of one key. */
function functionOf(node: unknown): { name: string; argument: unknown } | undefined {
  const tag = (node as Node | undefined)?.tag;
  if (typeof tag === "string" && /^![A-Z]/.test(tag)) {
    const name = tag.slice(1);
    return { name: name === "Ref" || name === "Condition" ? name : `Fn::${name}`, argument: node };
  }
  if (!isMap(node) || node.items.length !== 1) return undefined;
  const [only] = (node as YAMLMap).items;
  const name = isScalar(only?.key) ? String(only.key.value) : "";
  return intrinsic.test(name) ? { name, argument: only?.value } : undefined;
}

/** Puts something that may be anything in place of each intrinsic function. */
function hideFunctions(content: Node, hidden: (node: Node) => void): void {
  visit(content, (_, node) => {
    if (!(isScalar(node) || isCollection(node)) || functionOf(node) === undefined) return undefined;
    hidden(node);
    const opaque = new Scalar(OPAQUE);
    if (node.range) opaque.range = node.range;
    return opaque;
  });
}

const overlap = (one: Span, other: Span): boolean =>
  before(one.line, one.column, other.endLine, other.endColumn) &&
  before(other.line, other.column, one.endLine, one.endColumn);

const before = (line: number, column: number, otherLine: number, otherColumn: number): boolean =>
  line < otherLine || (line === otherLine && column < otherColumn);
