import { Graphviz } from "@hpcc-js/wasm-graphviz";
import type { Chart } from "./chart.ts";
import { dot } from "./dot.ts";

/** A chart as one SVG image, drawn by Graphviz as WebAssembly: no program and no server is needed. */
export async function svg(chart: Chart): Promise<string> {
  const graphviz = await Graphviz.load();
  return graphviz.dot(dot(chart));
}
