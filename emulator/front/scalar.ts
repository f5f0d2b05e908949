import type { Shape } from "./models.ts";

/** What stands in the log in the place of a secret. */
export const hidden = "***";

const numeric = new Set(["integer", "long", "float", "double", "short", "byte"]);

/** A scalar that came as text, in the type that its shape names; text that is not of that type stays text. */
export function scalar(shape: Shape | undefined, value: string): unknown {
  if (shape === undefined) return value;
  if (shape.sensitive === true) return hidden;
  if (shape.type === "boolean") {
    if (/^true$/i.test(value)) return true;
    return /^false$/i.test(value) ? false : value;
  }
  if (numeric.has(shape.type)) {
    const number = Number(value);
    return value.trim() !== "" && Number.isFinite(number) ? number : value;
  }
  return value;
}
