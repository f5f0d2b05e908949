import { findPython } from "automation-language/python";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { botocoreModels } from "../../src/botocore.ts";
import { modelLoader, type ServiceModel, type ShapeRef } from "../../src/gateway/models.ts";
import { decodeQuery } from "../../src/gateway/query.ts";

let ec2: ServiceModel;
let autoscaling: ServiceModel;

beforeAll(async () => {
  const models = modelLoader(await botocoreModels(findPython()));
  const loaded = await Promise.all([models("ec2"), models("autoscaling")]);
  if (loaded[0] === undefined || loaded[1] === undefined) throw new Error("no models");
  [ec2, autoscaling] = [loaded[0], loaded[1]];
});

describe("the query decoder", () => {
  test("gives a list of structures its API names and types", () => {
    const form = new URLSearchParams({
      Action: "AuthorizeSecurityGroupIngress",
      Version: "2016-11-15",
      GroupId: "sg-1",
      "IpPermissions.1.IpProtocol": "tcp",
      "IpPermissions.1.FromPort": "22",
      "IpPermissions.1.IpRanges.1.CidrIp": "192.0.2.0/24",
      DryRun: "true",
    });
    expect(decodeQuery(form, ec2, "AuthorizeSecurityGroupIngress")).toEqual({
      GroupId: "sg-1",
      IpPermissions: [{ IpProtocol: "tcp", FromPort: 22, IpRanges: [{ CidrIp: "192.0.2.0/24" }] }],
      DryRun: true,
    });
  });

  test("gives the groups of an interface their API name, which is not the one on the wire", () => {
    const form = new URLSearchParams({
      "SecurityGroupId.2": "sg-2",
      "SecurityGroupId.1": "sg-1",
      NetworkInterfaceId: "eni-1",
    });
    expect(decodeQuery(form, ec2, "ModifyNetworkInterfaceAttribute")).toEqual({
      Groups: ["sg-1", "sg-2"],
      NetworkInterfaceId: "eni-1",
    });
  });

  test("prefers the name that a model gives for queries", () => {
    const form = new URLSearchParams({
      "NetworkInterface.1.PrivateIpAddresses.1.Primary": "true",
    });
    expect(decodeQuery(form, ec2, "RunInstances")).toEqual({
      NetworkInterfaces: [{ PrivateIpAddresses: [{ Primary: true }] }],
    });
  });

  test("sorts items by number, not by text", () => {
    const form = new URLSearchParams();
    for (let n = 12; n >= 1; n -= 1) form.append(`InstanceIds.member.${n}`, `i-${n}`);
    const ids = Array.from({ length: 12 }, (_, at) => `i-${at + 1}`);
    expect(decodeQuery(form, autoscaling, "EnterStandby")).toEqual({ InstanceIds: ids });
  });

  test("keeps what the model does not know, under the name on the wire", () => {
    const form = new URLSearchParams({ "New.1.Thing": "a", "New.2.Thing": "b", Nested: "x" });
    expect(decodeQuery(form, ec2, "DescribeInstances")).toEqual({
      New: [{ Thing: "a" }, { Thing: "b" }],
      Nested: "x",
    });
  });

  test("replaces sensitive values", () => {
    const form = new URLSearchParams({ UserData: "c2VjcmV0" });
    expect(decodeQuery(form, ec2, "RunInstances")).toEqual({ UserData: "***" });
  });

  test("never throws and never touches Object.prototype, whatever the keys", () => {
    const part = fc.oneof(
      fc.string(),
      fc.constantFrom("__proto__", "member", "1", "entry", "Filter"),
    );
    const key = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join("."));
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.string())), (pairs) => {
        const form = new URLSearchParams(pairs);
        decodeQuery(form);
        decodeQuery(form, ec2, "DescribeInstances");
        decodeQuery(form, autoscaling, "CreateOrUpdateTags");
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
    );
  });

  test.each([
    "AuthorizeSecurityGroupEgress",
    "CreateImage",
    "CreateSecurityGroup",
    "CreateTags",
    "DescribeInstances",
    "ModifyNetworkInterfaceAttribute",
  ])("reads back any input of ec2 %s", (operation) => {
    readsBack(ec2, operation);
  });

  test.each([
    "CreateOrUpdateTags",
    "EnterStandby",
    "DescribeAutoScalingGroups",
    "UpdateAutoScalingGroup",
  ])("reads back any input of autoscaling %s", (operation) => {
    readsBack(autoscaling, operation);
  });
});

function readsBack(model: ServiceModel, operation: string): void {
  const input = model.operations[operation]?.input;
  if (input === undefined) throw new Error(`no ${operation}`);
  fc.assert(
    fc.property(anyValue(model, input, 0), (value) => {
      const form = new URLSearchParams({ Action: operation, Version: "1" });
      write(model, input, "", value, form);
      expect(decodeQuery(form, model, operation)).toEqual(value);
    }),
    { numRuns: 50 },
  );
}

/** A value of a shape; empty lists and structures leave no trace on the wire and are left out. */
function anyValue(model: ServiceModel, ref: ShapeRef, depth: number): fc.Arbitrary<unknown> {
  const shape = model.shapes[ref.shape];
  switch (shape?.type) {
    case "structure": {
      const members = Object.entries(shape.members ?? {}).filter(
        ([, member]) =>
          depth < 3 || !/structure|list|map/.test(model.shapes[member.shape]?.type ?? ""),
      );
      const fields = Object.fromEntries(
        members.map(([name, member]) => [name, anyValue(model, member, depth + 1)]),
      );
      return fc.record(fields, { requiredKeys: [] }).map(withoutEmpty);
    }
    case "list":
      return shape.member === undefined
        ? fc.constant([])
        : fc
            .array(anyValue(model, shape.member, depth + 1), { minLength: 1, maxLength: 12 })
            .map((list) => list.filter((item) => !isEmpty(item)));
    case "boolean":
      return fc.boolean();
    case "integer":
    case "long":
      return fc.integer();
    case "double":
    case "float":
      return fc.integer();
    default:
      return shape?.sensitive === true ? fc.constant("***") : fc.string();
  }
}

const isEmpty = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.keys(value).length === 0;

const withoutEmpty = (value: object): object =>
  Object.fromEntries(Object.entries(value).filter(([, field]) => !isEmpty(field)));

/** The serializer of an SDK, in short. */
function write(
  model: ServiceModel,
  ref: ShapeRef,
  prefix: string,
  value: unknown,
  form: URLSearchParams,
): void {
  const shape = model.shapes[ref.shape];
  const at = (name: string): string => (prefix === "" ? name : `${prefix}.${name}`);
  if (shape?.type === "structure") {
    for (const [name, field] of Object.entries(value as object)) {
      const member = shape.members?.[name];
      if (member === undefined) continue;
      const base = member.locationName ?? name;
      const wire =
        model.metadata.protocol === "ec2"
          ? (member.queryName ?? base.charAt(0).toUpperCase() + base.slice(1))
          : base;
      write(model, member, at(wire), field, form);
    }
  } else if (shape?.type === "list" && shape.member !== undefined) {
    const item = shape.member;
    const holder = model.metadata.protocol === "ec2" ? prefix : at(item.locationName ?? "member");
    for (const [index, entry] of (value as unknown[]).entries()) {
      write(model, item, `${holder}.${index + 1}`, entry, form);
    }
  } else {
    form.append(prefix, String(value));
  }
}
