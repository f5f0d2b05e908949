import { chartOf } from "../../../common/diagram/chart.ts";
import { svg } from "../../../common/diagram/svg.ts";
import { documentName } from "../../../document/runbook.ts";

/** The document's flow chart as an SVG element in which each node says by `data-step` which step it is. */
export async function chartElement(yaml: string): Promise<string> {
  const chart = chartOf(yaml, documentName);
  // Names of steps are letters, digits and underscores: the language lets no others through.
  const names = new Map(chart.nodes.map(({ id, name }) => [id, name]));
  const drawn = await svg(chart);
  return drawn
    .slice(drawn.indexOf("<svg"))
    .replace(/<g (id="node\d+" class="node")>\s*<title>(\w+)<\/title>/g, (whole, start, id) => {
      const name = names.get(id);
      return name !== undefined && /^\w+$/.test(name)
        ? `<g ${start} data-step="${name}"><title>${name}</title>`
        : whole;
    });
}
