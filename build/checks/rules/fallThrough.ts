import { guide } from "../../schema/actions.ts";
import type { Problem } from "../finding.ts";
import { END, type Scope } from "../graph.ts";
import type { Rule } from "../rule.ts";

const MANY = 4;

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

function* fallsOf({ edges }: Scope): Iterable<Problem> {
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
    const onlyFailures = arriving.length > 0 && arriving.every(({ kind }) => kind !== "success");
    if (onlyFailures && /fail|error|abort|rollback|cancel/i.test(to))
      yield {
        path: from.path,
        message: `${from.name} has neither nextStep nor isEnd, so after its success it runs ${to}, which is there for failures`,
      };
    else if (falling.size === 1 && said.length >= MANY)
      yield {
        path: from.path,
        message: `${from.name} alone has neither nextStep nor isEnd: it falls through to ${to}; say so if that is meant`,
      };
  }
}
