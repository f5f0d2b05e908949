import type { StepView } from "./document.ts";
import { END, type Scope } from "./graph.ts";

/**
 * The steps whose outputs are there, on every path, when a step begins: those that have succeeded
 * before it whatever way was taken. A step that failed or was cancelled has produced nothing, so its
 * outputs do not come along on the edge that onFailure or onCancel takes.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-actions.html
 * @param scopes the outermost first, so that a loop's steps begin with what its loop has
 */
export function producedBefore(
  scopes: readonly Scope[],
): ReadonlyMap<StepView, ReadonlySet<StepView>> {
  const before = new Map<StepView, ReadonlySet<StepView>>();
  const inner = new Map<StepView, ReadonlySet<StepView>>();
  // What an inner loop has produced comes to the steps after it one level a round.
  for (let round = 0; round <= scopes.length; round++)
    for (const scope of scopes) {
      const start =
        scope.loop === undefined
          ? new Set<StepView>()
          : (before.get(scope.loop) ?? new Set<StepView>());
      const end = solve(scope, start, before, inner);
      if (scope.loop !== undefined) inner.set(scope.loop, end);
    }
  return before;
}

/** Intersects over all edges until nothing changes; returns what is there where the scope ends. */
function solve(
  scope: Scope,
  start: ReadonlySet<StepView>,
  before: Map<StepView, ReadonlySet<StepView>>,
  inner: ReadonlyMap<StepView, ReadonlySet<StepView>>,
): ReadonlySet<StepView> {
  const first = scope.steps[0];
  const byName = new Map(scope.steps.toReversed().map((step) => [step.name, step]));
  for (const step of scope.steps) before.delete(step);
  if (first === undefined) return start;
  before.set(first, start);
  const open = [first];
  let end: ReadonlySet<StepView> | undefined;
  for (let step = open.pop(); step !== undefined; step = open.pop()) {
    const entry = before.get(step) ?? start;
    const success = new Set([...entry, step, ...(inner.get(step) ?? [])]);
    for (const edge of scope.edges) {
      if (edge.from !== step) continue;
      const brought = edge.kind === "success" ? success : entry;
      if (edge.to === END) {
        end = meet(end, brought);
        continue;
      }
      const next = byName.get(edge.to);
      if (next === undefined) continue;
      const known = before.get(next);
      const met = meet(known, brought);
      if (known !== undefined && met.size === known.size) continue;
      before.set(next, met);
      open.push(next);
    }
  }
  return end ?? start;
}

const meet = (
  known: ReadonlySet<StepView> | undefined,
  brought: ReadonlySet<StepView>,
): ReadonlySet<StepView> =>
  known === undefined ? brought : new Set([...known].filter((step) => brought.has(step)));
