import { guide } from "automation-language/actions";
import type { StepView } from "automation-language/document";
import { type Edge, END, type Scope } from "automation-language/graph";
import type { Rule, RuleProblem } from "../rule.ts";

const MANY = 4;

/** Names of steps that are there for failures. */
const FAILURE = /fail|error|abort|rollback|cancel/i;

/** A branch of so many ways chooses between things to do; one of two may just skip a step. */
const CROSSROADS = 3;

const targetsOf = (branch: StepView, edges: readonly Edge[]): Set<unknown> =>
  new Set(
    edges.filter(({ from, kind }) => from === branch && kind === "success").map(({ to }) => to),
  );

export const rule: Rule = {
  id: "FLOW06",
  severity: "warning",
  summary:
    "No step falls through, by lack of nextStep and isEnd, into one that was meant for another way.",
  url: guide("automation-actions"),
  *check({ scopes }) {
    for (const scope of scopes) yield* fallsOf(scope);
  },
};

function* fallsOf({ edges }: Scope): Iterable<RuleProblem> {
  const falls = edges.filter(
    (edge) => edge.kind === "success" && edge.path === undefined && edge.to !== END,
  );
  const said = edges.filter(
    (edge) =>
      edge.kind === "success" && edge.path !== undefined && edge.from.action !== "aws:branch",
  );
  const falling = new Set(falls.map(({ from }) => from));
  for (const { from, to } of falls) {
    if (to === END) continue;
    const arriving = edges.filter((edge) => edge.to === to && edge.path !== undefined);
    const joined = arriving.some(
      (edge) => edge.kind === "success" && edge.from.action !== "aws:branch",
    );
    const crossroads = arriving.some(
      ({ from: branch, path }) =>
        branch.action === "aws:branch" &&
        (path?.at(-1) !== "Default" || FAILURE.test(String(to))) &&
        targetsOf(branch, edges).size >= CROSSROADS,
    );
    if (crossroads && !joined)
      yield {
        path: from.path,
        message: `${from.name} has neither nextStep nor isEnd, so it falls through to ${to}, one way of a branch`,
      };
    const onlyFailures = arriving.length > 0 && arriving.every(({ kind }) => kind !== "success");
    if (onlyFailures && FAILURE.test(to))
      yield {
        path: from.path,
        message: `${from.name} has neither nextStep nor isEnd, so after its success it runs ${to}, which is there for failures`,
      };
    else if (falling.size === 1 && said.length >= MANY)
      yield {
        path: from.path,
        severity: "hint",
        message: `${from.name} alone has neither nextStep nor isEnd: it falls through to ${to}; say so if that is meant`,
      };
  }
}
