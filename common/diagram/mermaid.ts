import { printable } from "../printable.ts";
import type { Chart, ChartEdge, ChartNode } from "./chart.ts";

const ARROWS: Readonly<Record<ChartEdge["kind"], string>> = {
  success: "-->",
  failure: "-.->",
  cancel: "-.->",
};

/** A chart as a flowchart of Mermaid. @see https://mermaid.js.org/syntax/flowchart.html */
export function mermaid({ nodes, edges }: Chart): string {
  const loops = new Set(nodes.flatMap(({ loop }) => (loop === undefined ? [] : [loop])));
  const nameOf = new Map(nodes.map(({ id, name }) => [id, name]));
  const numbers = (kind: ChartEdge["kind"]): string =>
    edges.flatMap((edge, at) => (edge.kind === kind ? [at] : [])).join(",");
  const colour = (kind: ChartEdge["kind"], hex: string): string[] =>
    numbers(kind) === "" ? [] : [`  linkStyle ${numbers(kind)} stroke:${hex},color:${hex}`];
  return [
    "flowchart TB",
    ...nodes.filter(({ loop }) => loop === undefined).map((node) => `  ${nodeText(node)}`),
    ...[...loops].flatMap((loop) => [
      `  subgraph loop_${loop}["${escaped(`loop ${nameOf.get(loop) ?? ""}`)}"]`,
      ...nodes.filter((node) => node.loop === loop).map((node) => `    ${nodeText(node)}`),
      "  end",
    ]),
    ...edges.map(
      ({ from, to, kind, label }) =>
        `  ${from} ${ARROWS[kind]}${label === "" ? "" : `|"${escaped(label)}"|`} ${to}`,
    ),
    ...colour("failure", "#c5221f"),
    ...colour("cancel", "#b06000"),
    "",
  ].join("\n");
}

function nodeText({ id, name, action, kind }: ChartNode): string {
  if (kind === "end") return `${id}(["${escaped(name)}"])`;
  const label = `${escaped(name)}<br/>${escaped(action)}`;
  return kind === "branch" ? `${id}{"${label}"}` : `${id}["${label}"]`;
}

/** A text in which nothing has a meaning for Mermaid or HTML, as its own entities. */
const escaped = (text: string): string =>
  printable(text).replace(
    /[^\p{L}\p{N} .,:_()=-]/gu,
    (character) => `#${character.codePointAt(0)};`,
  );
