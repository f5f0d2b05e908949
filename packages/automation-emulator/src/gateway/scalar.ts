import type { ServiceModel, Shape, ShapeRef } from "./models.ts";

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

/** A JSON value without the parts that its shape calls sensitive. */
export function withoutSensitive(model: ServiceModel, ref: ShapeRef, value: unknown): unknown {
  const shape = model.shapes[ref.shape];
  if (shape?.sensitive === true) return hidden;
  if (Array.isArray(value)) {
    const member = shape?.member;
    return member === undefined
      ? value
      : value.map((item) => withoutSensitive(model, member, item));
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      const member = shape?.members?.[name] ?? shape?.value;
      return [name, member === undefined ? item : withoutSensitive(model, member, item)];
    }),
  );
}
