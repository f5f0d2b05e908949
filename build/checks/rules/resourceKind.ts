import { guide } from "../../schema/actions.ts";
import type { Rule } from "../rule.ts";

/** Inputs that take the id of one kind of resource, and the parameter types that give it. */
const takes: readonly (readonly [RegExp, RegExp])[] = [
  [/^InstanceIds?$/, /Instance::Id/],
  [/^(Source)?ImageIds?$/, /Image::Id/],
  [/^SubnetIds?$/, /Subnet::Id/],
  [/^VpcIds?$/, /VPC::Id/],
  [/^VolumeIds?$/, /Volume::Id/],
  [/^SnapshotIds?$/, /Snapshot::Id/],
  [/^(Security)?GroupIds?$/, /Group::Id/],
  [/^NetworkInterfaceIds?$/, /NetworkInterface::Id/],
  [/^(KmsKeyId|KeyId)$/, /KMS|IAM::.*Arn/],
  [/^Bucket$/, /S3::Bucket/],
  [/^(Source)?Region$/, /^global:REGION$/],
  [/^AccountId$/, /^global:ACCOUNT_ID$/],
];

export const rule: Rule = {
  id: "REF16",
  severity: "error",
  summary: "An input that takes the id of a resource gets no id of another kind.",
  url: guide("documents-syntax-data-elements-parameters"),
  *check({ document, references }) {
    for (const { step, path, whole, target, text } of references) {
      if (step === undefined || !whole) continue;
      const key = path.findLast((part) => typeof part === "string");
      const suits = takes.find(([name]) => name.test(String(key)))?.[1];
      if (suits === undefined || path.includes("Script")) continue;
      const type =
        target.kind === "parameter"
          ? document.parameters.find(({ name }) => name === target.name)?.type
          : undefined;
      const other =
        type !== undefined &&
        (type === "Boolean" || type === "Integer" || (type.includes("::") && !suits.test(type)));
      const foreign = target.kind === "system" && !suits.test(target.name);
      if (foreign || other)
        yield {
          path,
          message: `${step.name}: ${String(key)} takes the name or id of something else: ${text} is ${type ?? "a system variable"}`,
        };
    }
  },
};
