import { guide } from "automation-language/actions";
import { type StepView, standsIn } from "automation-language/document";
import { type Edge, END, reach } from "automation-language/graph";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "FLOW13",
  severity: "error",
  summary:
    "A circle of steps or a loop is left by a condition on something that changes inside it.",
  url: guide("automation-action-branch"),
  *check({ scopes, references, document, step }) {
    for (const loop of document.steps) {
      if (loop.action !== "aws:loop" || loop.inputs.LoopCondition === undefined) continue;
      const looked = references.filter(
        ({ step: user, path }) => user === loop && path[loop.path.length + 1] === "LoopCondition",
      );
      const changes = looked.some(
        ({ target }) =>
          target.kind === "variable" ||
          target.kind === "store" ||
          (target.kind === "system" && target.name.includes("DATE")) ||
          // An output that is not known is told as such.
          (target.kind === "output" &&
            (step(target.step) === undefined || standsIn(step(target.step), loop))),
      );
      if (looked.length > 0 && !changes)
        yield {
          path: [...loop.path, "inputs", "LoopCondition"],
          message: `${loop.name} looks at nothing that its steps change, so it runs once or all its turns`,
        };
    }
    for (const { steps, edges } of scopes) {
      const going = edges.filter(({ kind }) => kind === "success");
      const told = new Set<StepView>();
      for (const step of steps) {
        if (told.has(step)) continue;
        const circle = circleOf(step, steps, going);
        if (circle.size === 0) continue;
        for (const one of circle) told.add(one);
        const names = new Set([...circle].map(({ name }) => name));
        const exits = going.filter(
          ({ from, to }) => circle.has(from) && (to === END || !names.has(to)),
        );
        const branches = new Set(exits.map(({ from }) => from));
        if (exits.length === 0 || [...branches].some(({ action }) => action !== "aws:branch"))
          continue;
        // A failure may be the way out that is meant.
        if (
          edges.some(
            ({ from, kind, to }) =>
              circle.has(from) &&
              kind === "failure" &&
              to !== END &&
              !names.has(to) &&
              !branches.has(from) &&
              sleeps(circle),
          )
        )
          continue;
        const changes = references.some(
          ({ step: user, target }) =>
            user !== undefined &&
            branches.has(user) &&
            (target.kind === "variable" ||
              (target.kind === "system" && target.name.includes("DATE")) ||
              (target.kind === "output" && names.has(target.step))),
        );
        const [way] = exits;
        if (!changes && way)
          yield {
            path: way.from.path,
            message: `${[...names].join(", ")} run in a circle that only ${way.from.name} leaves, and what it looks at never changes there`,
          };
      }
    }
  },
};

const sleeps = (circle: ReadonlySet<StepView>): boolean =>
  [...circle].some(({ action }) => action === "aws:sleep");

/** The steps from which a step can be reached and that can be reached from it; none where it is in no circle. */
function circleOf(
  step: StepView,
  steps: readonly StepView[],
  edges: readonly Edge[],
): Set<StepView> {
  const after = steps.filter((one) =>
    edges.some(({ from, to }) => from === step && to === one.name),
  );
  const reached = reach(after, steps, edges);
  if (!reached.has(step)) return new Set();
  return new Set(
    [...reached].filter((one) => one === step || reach([one], steps, edges).has(step)),
  );
}
