import { XMLParser } from "fast-xml-parser";
import type { ServiceModel, ShapeRef } from "./models.ts";
import { scalar } from "./scalar.ts";

/** An XML element: every child is a list, because only a shape knows which of them repeat. */
export type XmlNode = string | { readonly [name: string]: readonly XmlNode[] };

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: true,
  ignoreDeclaration: true,
  isArray: () => true,
});

/** The root element of a document. Text that is no XML has none. */
export function parseXml(text: string): XmlNode | undefined {
  try {
    const parsed: unknown = parser.parse(text);
    return typeof parsed === "object" && parsed !== null
      ? Object.values(parsed as { [name: string]: XmlNode[] })[0]?.[0]
      : undefined;
  } catch {
    return undefined;
  }
}

export function children(node: XmlNode | undefined, name: string): readonly XmlNode[] {
  return typeof node === "object" ? (node[name] ?? []) : [];
}

export function child(node: XmlNode | undefined, name: string): XmlNode | undefined {
  return children(node, name)[0];
}

/** The text of an element, with or without attributes. */
export function text(node: XmlNode | undefined): string {
  if (typeof node === "string") return node;
  const inner = child(node, "#text");
  return typeof inner === "string" ? inner : "";
}

/** Reads an element as its shape says. */
export function fromXml(model: ServiceModel, ref: ShapeRef, node: XmlNode): unknown {
  const shape = model.shapes[ref.shape];
  if (shape?.type === "structure") {
    const out: Record<string, unknown> = {};
    for (const [name, member] of Object.entries(shape.members ?? {})) {
      const wire = member.locationName ?? name;
      const target = model.shapes[member.shape];
      if (target?.type === "list") {
        const flat = target.flattened ?? member.flattened ?? false;
        const item = target.member;
        const found = flat
          ? children(node, wire)
          : children(child(node, wire), item?.locationName ?? "member");
        const present = flat ? found.length > 0 : child(node, wire) !== undefined;
        if (present && item !== undefined) out[name] = found.map((n) => fromXml(model, item, n));
        continue;
      }
      const found = child(node, wire) ?? child(node, `@${wire.replace(/^.*:/, "")}`);
      if (found !== undefined) out[name] = fromXml(model, member, found);
    }
    return out;
  }
  return scalar(shape, text(node));
}
