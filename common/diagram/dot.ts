import { printable } from "../printable.ts";
import type { Chart, ChartEdge, ChartNode } from "./chart.ts";

/** What a node's shape and colours say of its action. */
const STYLES = {
  script: 'fillcolor="#e8f0fe"',
  api: 'fillcolor="#e6f4ea"',
  other: 'fillcolor="#f1f3f4"',
  branch: 'shape=diamond, fillcolor="#fef7e0", margin="0.02,0.02"',
  end: 'shape=oval, fillcolor="#ffffff", fontsize=10',
} as const;

const EDGES: Readonly<Record<ChartEdge["kind"], string>> = {
  success: 'color="#3c4043"',
  failure: 'color="#c5221f", fontcolor="#c5221f", style=dashed',
  cancel: 'color="#b06000", fontcolor="#b06000", style=dotted',
};

/** A chart as a graph in Graphviz's language. @see https://graphviz.org/doc/info/lang.html */
export function dot({ nodes, edges }: Chart): string {
  const loops = new Set(nodes.flatMap(({ loop }) => (loop === undefined ? [] : [loop])));
  const nameOf = new Map(nodes.map(({ id, name }) => [id, name]));
  return [
    "digraph {",
    '  graph [bgcolor=white, rankdir=TB, nodesep=0.35, ranksep=0.35, fontname="Helvetica"]',
    '  node [shape=box, style="rounded,filled", color="#5f6368", fontcolor="#202124", fontname="Helvetica", fontsize=11, margin="0.2,0.06"]',
    '  edge [fontname="Helvetica", fontsize=9, fontcolor="#3c4043"]',
    ...nodes.filter(({ loop }) => loop === undefined).map(nodeLine),
    ...[...loops].flatMap((loop) => [
      `  subgraph cluster_${loop} {`,
      `    label=${quoted(`loop ${nameOf.get(loop) ?? ""}`)}; style=rounded; color="#5f6368"`,
      ...nodes.filter((node) => node.loop === loop).map((node) => `  ${nodeLine(node)}`),
      "  }",
    ]),
    ...edges.map(
      ({ from, to, kind, label }) =>
        `  ${from} -> ${to} [${EDGES[kind]}, label=${quoted(label.replace(/ (and|or) (?!cancel$)/g, "\n$1 "))}]`,
    ),
    "}",
    "",
  ].join("\n");
}

function nodeLine({ id, name, action, kind }: ChartNode): string {
  const label = action === "" ? name : `${name}\n${action}`;
  return `  ${id} [label=${quoted(label)}, ${STYLES[styleOf(kind, action)]}]`;
}

function styleOf(kind: ChartNode["kind"], action: string): keyof typeof STYLES {
  if (kind !== "step") return kind;
  if (action === "aws:executeScript") return "script";
  return /^aws:(executeAwsApi|assertAwsResourceProperty|waitForAwsResourceProperty)$/.test(action)
    ? "api"
    : "other";
}

/** A text as a quoted string of Graphviz, in which only line breaks have a meaning. */
const quoted = (text: string): string =>
  `"${printable(text).replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
