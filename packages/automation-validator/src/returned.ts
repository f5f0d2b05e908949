import { type Part, parseSelector } from "automation-language/jsonpath";
import type { Target } from "automation-language/references";
import type { Context } from "./context.ts";
import type { Returned } from "./python/inspect.ts";

/** What a script returns under a selector: a form, "missing" where no return has it, undefined where it is not known. */
export function returnedAt(
  returns: Returned | null | undefined,
  parts: readonly Part[],
): Returned | "missing" | undefined {
  let form: Returned | null | undefined = returns;
  for (const part of parts) {
    if (form === null || form === undefined) return undefined;
    // What a response of AWS holds is for its model to say, not for the script.
    if (form.response || part.kind !== "child" || part.name === "*") return undefined;
    if (!form.kinds.includes("map")) return "missing";
    const inner: Returned | null | undefined = form.keys[part.name];
    if (inner === undefined) return form.closed && form.kinds.length === 1 ? "missing" : undefined;
    form = inner;
  }
  return form ?? undefined;
}

/** What the script behind an output returns for it. */
export function returnedFor(
  target: Target,
  { step, scripts }: Pick<Context, "step" | "scripts">,
): Returned | "missing" | undefined {
  if (target.kind !== "output" || target.deeper) return undefined;
  const producer = step(target.step);
  const facts = producer && scripts.get(producer);
  const output = producer?.outputs.find(({ name }) => name === target.output);
  const parsed = parseSelector(
    output?.selector ?? (target.output === "Payload" ? "$.Payload" : ""),
  );
  if (facts === undefined || "error" in parsed || !isPayload(parsed.parts[0])) return undefined;
  return returnedAt(facts.returns, parsed.parts.slice(1));
}

/** A script's response has one member, Payload, beside its log. */
export const isPayload = (part: Part | undefined): boolean =>
  part?.kind === "child" && part.name === "Payload";
