import { guide } from "automation-language/actions";
import type { Rule } from "../rule.ts";
import { typeOf } from "../types.ts";

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
  *check(context) {
    const { document, references } = context;
    for (const reference of references) {
      const { step, path, whole, target, text } = reference;
      if (step === undefined || !whole) continue;
      const key = String(path.findLast((part) => typeof part === "string"));
      const suits = takes.find(([name]) => name.test(key))?.[1];
      if (suits === undefined) continue;
      const parameter =
        target.kind === "parameter"
          ? document.parameters.find(({ name }) => name === target.name)?.type
          : undefined;
      const type = typeOf(reference, context);
      const other = parameter?.includes("::") === true && !suits.test(parameter);
      const foreign = target.kind === "system" && !suits.test(target.name);
      if (foreign || other || (type !== undefined && type !== "String" && type !== "StringList"))
        yield {
          path,
          message: `${step.name}: ${key} takes the name or id of something else: ${text} is ${parameter ?? type ?? "a system variable"}`,
        };
    }
  },
};
