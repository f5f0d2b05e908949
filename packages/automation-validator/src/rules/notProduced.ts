import { guide } from "automation-language/actions";
import { producedBefore } from "automation-language/availability";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "REF04",
  severity: "error",
  summary: "An output is produced on every path that leads to the step that uses it.",
  url: guide("automation-action-outputs-inputs"),
  *check({ references, scopes, step }) {
    const before = producedBefore(scopes);
    const running = new Set(scopes.flatMap(({ reached }) => [...reached]));
    for (const { step: user, target, path } of references) {
      if (user === undefined || target.kind !== "output" || !running.has(user)) continue;
      const producer = step(target.step);
      if (producer === undefined || before.get(user)?.has(producer)) continue;
      // A loop gives its steps the current value, and its condition is looked at after its steps.
      if (user.loop === producer || producer.loop === user) continue;
      const text = `${target.step}.${target.output}`;
      yield {
        path,
        message:
          user === producer
            ? `${user.name} refers to its own output ${text}`
            : `${text} is not there on every path to ${user.name}: some path comes without ${target.step} having succeeded, and the step would fail`,
      };
    }
  },
};
