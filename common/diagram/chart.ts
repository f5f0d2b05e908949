import { type DocumentView, readDocument, type StepView } from "automation-language/document";
import { choicesOf, END, edgesOf } from "automation-language/graph";
import { Problem } from "../problem.ts";
import { conditionText } from "./conditionText.ts";

/** A step, or an end of the run, as a chart shows it. */
export interface ChartNode {
  /** Unique in the chart. */
  readonly id: string;
  readonly name: string;
  /** The action, such as aws:branch; empty for an end. */
  readonly action: string;
  readonly kind: "step" | "branch" | "end";
  /** The id of the loop that it stands in. */
  readonly loop: string | undefined;
}

/** A way from one node to another. */
export interface ChartEdge {
  readonly from: string;
  readonly to: string;
  /** failure: also where the step's failure and its cancellation lead to the same step. */
  readonly kind: "success" | "failure" | "cancel";
  /** When it is taken; empty: always. */
  readonly label: string;
}

export interface Chart {
  readonly nodes: readonly ChartNode[];
  readonly edges: readonly ChartEdge[];
}

/**
 * The flow chart of an Automation document.
 *
 * @param text YAML or JSON
 * @param file its name, for the error
 * @throws Problem for a text that can't run as a document
 */
export function chartOf(text: string, file: string): Chart {
  const { document, problems } = readDocument(text);
  const [first] = problems;
  if (first !== undefined)
    throw new Problem(
      `${file} is not an Automation document: ${first.message}.`,
      `npm run validate -- ${file} tells all that is wrong with it.`,
    );
  const ids = new Map(document.steps.map((step, at) => [step.name, `s${at}`]));
  const idOf = (name: string): string => ids.get(name) ?? "";
  const steps = document.steps.map(
    (step): ChartNode => ({
      id: idOf(step.name),
      name: step.name,
      action: step.action,
      kind: step.action === "aws:branch" ? "branch" : "step",
      loop: step.loop && idOf(step.loop.name),
    }),
  );
  const ends = endsOf(document, idOf);
  return {
    nodes: [...steps, ...ends],
    edges: document.steps.flatMap((step) => edgesFrom(step, document, idOf)),
  };
}

const endId = (step: StepView, idOf: (name: string) => string): string => `${idOf(step.name)}end`;

/** Each step that ends the run, or a loop's turn, leads to an end of its own, so that no lines cross for it. */
const endsOf = (document: DocumentView, idOf: (name: string) => string): ChartNode[] =>
  document.steps
    .filter((step) => edgesOf(step).some(({ to }) => to === END))
    .map((step) => ({
      id: endId(step, idOf),
      name: step.loop === undefined ? "End" : "Next turn",
      action: "",
      kind: "end",
      loop: step.loop && idOf(step.loop.name),
    }));

function edgesFrom(
  step: StepView,
  document: DocumentView,
  idOf: (name: string) => string,
): ChartEdge[] {
  const conditions = new Map(
    choicesOf(step).map(({ condition, path }) => [path.join("/"), conditionText(condition)]),
  );
  const edges = edgesOf(step).map(({ to, kind, path }): ChartEdge => {
    const choice = path?.slice(0, -1).join("/") ?? "";
    const success = conditions.get(choice) ?? (step.action === "aws:branch" ? "otherwise" : "");
    return {
      from: idOf(step.name),
      to: to === END ? endId(step, idOf) : idOf(to),
      kind,
      label: kind === "success" ? success : kind,
    };
  });
  return [...joined(edges), ...intoLoop(step, document, idOf)];
}

/** Failure and cancellation that lead to the same step, as one line; a failure that goes on as success does is none. */
function joined(edges: readonly ChartEdge[]): ChartEdge[] {
  const same = (one: ChartEdge, kind: ChartEdge["kind"]): boolean =>
    edges.some((other) => other.kind === kind && other.to === one.to);
  return edges.flatMap((edge): ChartEdge[] => {
    if (edge.kind === "cancel" && same(edge, "failure")) return [];
    if (edge.kind === "failure" && same(edge, "cancel"))
      return [{ ...edge, label: "failure or cancel" }];
    return [edge];
  });
}

/** From a loop to the first of its steps. */
function intoLoop(
  loop: StepView,
  document: DocumentView,
  idOf: (name: string) => string,
): ChartEdge[] {
  const first = document.steps.find((step) => step.loop === loop);
  if (first === undefined) return [];
  return [{ from: idOf(loop.name), to: idOf(first.name), kind: "success", label: "each turn" }];
}
