import { guide } from "automation-language/actions";
import { END } from "automation-language/graph";
import type { Rule } from "../rule.ts";

/** With fewer ends there is no telling what is meant. */
const ENDS = 3;

export const rule: Rule = {
  id: "FLOW14",
  severity: "warning",
  needs: "scripts",
  summary: "Where every other end of a document gives one of its outputs, all do.",
  url: guide("automation-action-outputs-inputs"),
  *check({ scopes, references, scripts }) {
    const [main] = scopes;
    const giving = new Set(
      references.flatMap(({ step, target }) =>
        step === undefined && target.kind === "output" ? [target.step] : [],
      ),
    );
    const ends = (main?.edges ?? []).filter(({ from, to, kind }) => {
      // A script that only raises never comes to its end.
      const returns = scripts.get(from)?.returns;
      const never = returns?.kinds.length === 0 && returns.response === undefined;
      return to === END && kind === "success" && !never;
    });
    const silent = ends.filter(({ from }) => !giving.has(from.name));
    const [only] = silent;
    if (silent.length === 1 && only && ends.length > ENDS)
      yield {
        path: only.from.path,
        message: `The document ends at ${only.from.name} without any of its outputs, and at no other step`,
      };
  },
};
