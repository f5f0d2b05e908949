/**
 * The query and ec2 protocols: parameters flattened into form keys such as `Filter.1.Value.2`.
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 * https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html
 */
import type { ServiceModel, Shape, ShapeRef } from "./models.ts";
import { scalar } from "./scalar.ts";

interface Node {
  value?: string;
  readonly children: Map<string, Node>;
}

/** Turns the form of a query request into parameters, named and typed as the operation's input shape says. */
export function decodeQuery(
  form: URLSearchParams,
  model?: ServiceModel,
  operation?: string,
): Record<string, unknown> {
  const root: Node = { children: new Map() };
  for (const [key, value] of form) {
    if (key === "Action" || key === "Version" || /^X-Amz-/i.test(key)) continue;
    let node = root;
    for (const part of key.split(".")) {
      let next = node.children.get(part);
      if (next === undefined) {
        next = { children: new Map() };
        node.children.set(part, next);
      }
      node = next;
    }
    node.value = value;
  }
  const input = operation === undefined ? undefined : model?.operations[operation]?.input;
  if (model === undefined || input === undefined) return untypedStructure(root);
  return structure(model, model.shapes[input.shape] ?? { type: "structure" }, root);
}

function structure(model: ServiceModel, shape: Shape, node: Node): Record<string, unknown> {
  const rest = new Map(node.children);
  const out: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(shape.members ?? {})) {
    const wire = wireName(model, name, member);
    const found = node.children.get(wire);
    if (found === undefined) continue;
    rest.delete(wire);
    out[name] = value(model, member, found);
  }
  // What the model does not know is kept under the name that it came with: a log must not lose it.
  return { ...untypedStructure({ children: rest }), ...out };
}

/** The first part of the form key that carries this member. */
function wireName(model: ServiceModel, name: string, member: ShapeRef): string {
  if (model.metadata.protocol === "ec2") {
    if (member.queryName !== undefined) return member.queryName;
    const base = member.locationName ?? name;
    return base.charAt(0).toUpperCase() + base.slice(1);
  }
  const shape = model.shapes[member.shape];
  if (shape?.type === "list" && (shape.flattened ?? member.flattened) === true) {
    // A flattened list takes its members' name where they have one.
    return shape.member?.locationName ?? member.locationName ?? name;
  }
  return member.locationName ?? name;
}

function value(model: ServiceModel, ref: ShapeRef, node: Node): unknown {
  const shape = model.shapes[ref.shape];
  if (shape?.type === "structure") return structure(model, shape, node);
  if (shape?.type === "list" && shape.member !== undefined) {
    const flat = model.metadata.protocol === "ec2" || (shape.flattened ?? ref.flattened) === true;
    const holder = flat ? node : node.children.get(shape.member.locationName ?? "member");
    const member = shape.member;
    return items(holder).map((item) => value(model, member, item));
  }
  if (shape?.type === "map" && shape.key !== undefined && shape.value !== undefined) {
    const holder = (shape.flattened ?? ref.flattened) === true ? node : node.children.get("entry");
    const [keyName, valueName] = [
      shape.key.locationName ?? "key",
      shape.value.locationName ?? "value",
    ];
    const target = shape.value;
    return Object.fromEntries(
      items(holder).map((item) => {
        const found = item.children.get(valueName);
        return [
          item.children.get(keyName)?.value ?? "",
          found === undefined ? undefined : value(model, target, found),
        ];
      }),
    );
  }
  return node.children.size > 0 ? untyped(node) : scalar(shape, node.value ?? "");
}

/** Children with a number for a name, in the order of these numbers. */
function items(node: Node | undefined): Node[] {
  return [...(node?.children ?? [])]
    .filter(([name]) => /^\d+$/.test(name))
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, item]) => item);
}

function untypedStructure(node: Node): Record<string, unknown> {
  return Object.fromEntries([...node.children].map(([name, item]) => [name, untyped(item)]));
}

function untyped(node: Node): unknown {
  if (node.children.size === 0) return node.value ?? "";
  const names = [...node.children.keys()];
  const only = names.length === 1 ? node.children.get("member") : undefined;
  if (only !== undefined && [...only.children.keys()].every((name) => /^\d+$/.test(name))) {
    return items(only).map(untyped);
  }
  if (names.every((name) => /^\d+$/.test(name))) return items(node).map(untyped);
  return untypedStructure(node);
}
