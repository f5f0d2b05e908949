/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html */

import { partitionOf } from "automation-language/arn";
import type { DecodedCall } from "../decode.ts";
import { requestTags, resourceTags, strings, tagMap } from "./context.ts";
import type { Facts, Tags } from "./facts.ts";
import { field } from "./facts.ts";
import { copyKeyRequirements } from "./kms.ts";
import type { Requirement, Requirements } from "./requirement.ts";

/** Resource type by the prefix of its ids. */
const types: Readonly<Record<string, string>> = {
  ami: "image",
  eipalloc: "elastic-ip",
  eni: "network-interface",
  i: "instance",
  igw: "internet-gateway",
  rtb: "route-table",
  sg: "security-group",
  sgr: "security-group-rule",
  snap: "snapshot",
  subnet: "subnet",
  vol: "volume",
  vpc: "vpc",
};

/** An id for a resource that the call will make: policies can't name it, only its type. */
const yetToBeMade = "00000000000000000";

function arn(call: DecodedCall, type: string, id: string, owner = call.accountId): string {
  // Images and snapshots can be shared and carry no account.
  const account = type === "image" || type === "snapshot" ? "" : owner;
  return `arn:${partitionOf(call.region)}:ec2:${call.region}:${account}:${type}/${id}`;
}

function requirement(
  call: DecodedCall,
  type: string,
  id: string | undefined,
  context: Requirement["context"] = {},
  action = call.operation,
): Requirement {
  return {
    action: `ec2:${action}`,
    resource: arn(call, type, id ?? yetToBeMade),
    ...(id === undefined && { shown: arn(call, type, "*") }),
    resourceAccount: call.accountId,
    context: { "ec2:Region": call.region, ...context },
  };
}

/**
 * A requirement on a resource that another account may own and share with the caller's. Its ARN carries the owner's
 * account. EC2 has no resource policies; the share lets the participant's account in, whose own policies decide.
 * https://docs.aws.amazon.com/vpc/latest/userguide/vpc-sharing.html
 */
async function shareable(
  call: DecodedCall,
  facts: Facts,
  type: string,
  id: string,
  context: Requirement["context"] = {},
  action = call.operation,
): Promise<Requirement> {
  const own = requirement(call, type, id, context, action);
  const owner = await facts.owner(call, id);
  if (owner === undefined || owner === call.accountId) return own;
  return {
    ...own,
    resource: arn(call, type, id, owner),
    resourceAccount: owner,
    resourcePolicy: sharedWith(call.accountId, partitionOf(call.region)),
  };
}

function sharedWith(accountId: string, partition: string): unknown {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: `arn:${partition}:iam::${accountId}:root` },
        Action: "ec2:*",
        Resource: "*",
      },
    ],
  };
}

/** Tags that the request puts on new resources, by resource type. */
function newTags(call: DecodedCall): ReadonlyMap<string, Tags> {
  const specifications = call.parameters.TagSpecifications;
  const found = new Map<string, Tags>();
  for (const specification of Array.isArray(specifications) ? specifications : []) {
    const type = String(field(specification, "ResourceType") ?? "");
    found.set(type, { ...found.get(type), ...tagMap(field(specification, "Tags")) });
  }
  return found;
}

/** Tagging on creation needs CreateTags too, with `ec2:CreateAction`. */
function tagOnCreate(call: DecodedCall): Requirement[] {
  return [...newTags(call)]
    .filter(([, tags]) => Object.keys(tags).length > 0)
    .map(([type, tags]) => {
      const context = { ...requestTags(tags), "ec2:CreateAction": call.operation };
      return requirement(call, type, undefined, context, "CreateTags");
    });
}

const onGroup: Requirements = async (call, facts) => {
  const id = String(call.parameters.GroupId ?? yetToBeMade);
  const tags = await facts.tags(call, [id]);
  const context = await groupContext(call, facts, id, tags[id]);
  return [await shareable(call, facts, "security-group", id, context), ...newRules(call)];
};

async function groupContext(
  call: DecodedCall,
  facts: Facts,
  id: string,
  tags: Tags | undefined,
): Promise<Requirement["context"]> {
  const vpc = await facts.groupVpc(call, id);
  return {
    ...resourceTags("ec2", tags),
    "ec2:SecurityGroupID": id,
    ...(vpc !== undefined && {
      "ec2:Vpc": arn(call, "vpc", vpc, await facts.owner(call, vpc)),
    }),
  };
}

/** Rules are a resource of their own only where the request tags them. */
function newRules(call: DecodedCall): Requirement[] {
  const tags = newTags(call).get("security-group-rule");
  if (tags === undefined || Object.keys(tags).length === 0) return [];
  return [
    requirement(call, "security-group-rule", undefined, requestTags(tags)),
    ...tagOnCreate(call),
  ];
}

const modifyNetworkInterface: Requirements = async (call, facts) => {
  const id = String(call.parameters.NetworkInterfaceId ?? yetToBeMade);
  const groups = strings(call.parameters.Groups);
  const placed = await facts.networkInterface(call, id);
  const instance = placed?.instance === "" ? undefined : placed?.instance;
  const tags = await facts.tags(call, [id, ...groups, ...(instance ? [instance] : [])]);
  return [
    requirement(call, "network-interface", id, {
      ...resourceTags("ec2", tags[id]),
      "ec2:NetworkInterfaceID": id,
      ...(placed && {
        // A subnet belongs to the owner of its VPC.
        "ec2:Vpc": arn(call, "vpc", placed.vpc, await facts.owner(call, placed.vpc)),
        "ec2:Subnet": arn(call, "subnet", placed.subnet, await facts.owner(call, placed.vpc)),
      }),
    }),
    ...(await Promise.all(
      groups.map(async (group) => {
        const context = await groupContext(call, facts, group, tags[group]);
        return shareable(call, facts, "security-group", group, context);
      }),
    )),
    ...(instance === undefined
      ? []
      : [requirement(call, "instance", instance, instanceContext(instance, tags))]),
  ];
};

function instanceContext(id: string, tags: Readonly<Record<string, Tags>>): Requirement["context"] {
  return { ...resourceTags("ec2", tags[id]), "ec2:InstanceID": id };
}

const createSecurityGroup: Requirements = async (call, facts) => {
  const vpc = call.parameters.VpcId;
  const tags = newTags(call).get("security-group") ?? {};
  const onVpc =
    typeof vpc !== "string"
      ? []
      : [
          await shareable(call, facts, "vpc", vpc, {
            ...resourceTags("ec2", (await facts.tags(call, [vpc]))[vpc]),
            "ec2:VpcID": vpc,
          }),
        ];
  return [
    requirement(call, "security-group", undefined, requestTags(tags)),
    ...onVpc,
    ...tagOnCreate(call),
  ];
};

const createTags: Requirements = async (call, facts) => {
  const ids = strings(call.parameters.Resources);
  const existing = await facts.tags(call, ids);
  const tags = tagMap(call.parameters.Tags);
  return Promise.all(
    ids.map((id) => {
      const type = types[id.slice(0, Math.max(0, id.indexOf("-")))] ?? "instance";
      const context = { ...requestTags(tags), ...resourceTags("ec2", existing[id]) };
      return shareable(call, facts, type, id, context);
    }),
  );
};

const createImage: Requirements = async (call, facts) => {
  const instance = String(call.parameters.InstanceId ?? yetToBeMade);
  const tags = newTags(call);
  return [
    requirement(
      call,
      "instance",
      instance,
      instanceContext(instance, await facts.tags(call, [instance])),
    ),
    requirement(call, "image", undefined, requestTags(tags.get("image") ?? {})),
    requirement(call, "snapshot", undefined, requestTags(tags.get("snapshot") ?? {})),
    ...tagOnCreate(call),
  ];
};

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/copy-ami-permissions.html */
const copyImage: Requirements = async (call, facts) => {
  const source = String(call.parameters.SourceImageId ?? yetToBeMade);
  const region = String(call.parameters.SourceRegion ?? call.region);
  const tags = newTags(call);
  return [
    {
      ...requirement(call, "image", source, { "ec2:ImageID": source }),
      resource: arn({ ...call, region }, "image", source),
    },
    requirement(call, "image", undefined, requestTags(tags.get("image") ?? {})),
    requirement(call, "snapshot", undefined, requestTags(tags.get("snapshot") ?? {})),
    ...tagOnCreate(call),
    ...(await copyKeyRequirements(call, facts, { accountId: call.accountId, region }, source)),
  ];
};

const createSnapshot: Requirements = async (call, facts) => {
  const volume = String(call.parameters.VolumeId ?? yetToBeMade);
  const tags = await facts.tags(call, [volume]);
  return [
    requirement(call, "snapshot", undefined, requestTags(newTags(call).get("snapshot") ?? {})),
    requirement(call, "volume", volume, resourceTags("ec2", tags[volume])),
    ...tagOnCreate(call),
  ];
};

/** Actions on existing instances, named by InstanceIds or InstanceId. */
const onInstances: Requirements = async (call, facts) => {
  const { InstanceIds, InstanceId } = call.parameters;
  const ids = typeof InstanceId === "string" ? [InstanceId] : strings(InstanceIds);
  const tags = await facts.tags(call, ids);
  return ids.map((id) => requirement(call, "instance", id, instanceContext(id, tags)));
};

/** The attribute that is changed, as `ec2:Attribute` names it; with it go the groups and volumes that the call names. */
const modifyInstanceAttribute: Requirements = async (call, facts) => {
  const { BlockDeviceMappings, Groups, InstanceId, Attribute, DryRun, ...rest } = call.parameters;
  const id = String(InstanceId ?? yetToBeMade);
  const groups = strings(Groups);
  const mappings = Array.isArray(BlockDeviceMappings) ? BlockDeviceMappings : [];
  const volumes = mappings
    .map((mapping) => field(field(mapping, "Ebs"), "VolumeId"))
    .filter((volume) => typeof volume === "string");
  const [other] = Object.keys(rest);
  const attribute =
    mappings.length > 0 ? "BlockDeviceMapping" : groups.length > 0 ? "GroupSet" : other;
  const tags = await facts.tags(call, [id, ...groups, ...volumes]);
  return [
    requirement(call, "instance", id, {
      ...instanceContext(id, tags),
      "ec2:Attribute": String(Attribute ?? attribute ?? ""),
    }),
    ...volumes.map((volume) =>
      requirement(call, "volume", volume, resourceTags("ec2", tags[volume])),
    ),
    ...(await Promise.all(
      groups.map(async (group) =>
        shareable(
          call,
          facts,
          "security-group",
          group,
          await groupContext(call, facts, group, tags[group]),
        ),
      ),
    )),
  ];
};

/** An address is named by its allocation, or by an association, which says nothing of it here. */
const onAddress: Requirements = async (call, facts) => {
  const { AllocationId, NetworkInterfaceId, InstanceId } = call.parameters;
  const ids = [AllocationId, NetworkInterfaceId, InstanceId].filter((id) => typeof id === "string");
  const tags = await facts.tags(call, ids);
  const need = (type: string, id: unknown): Requirement[] =>
    typeof id === "string" ? [requirement(call, type, id, resourceTags("ec2", tags[id]))] : [];
  return [
    ...need("elastic-ip", AllocationId ?? yetToBeMade),
    ...need("network-interface", NetworkInterfaceId),
    ...need("instance", InstanceId),
  ];
};

const operations: Readonly<Record<string, Requirements>> = {
  AuthorizeSecurityGroupEgress: onGroup,
  AuthorizeSecurityGroupIngress: onGroup,
  RevokeSecurityGroupEgress: onGroup,
  RevokeSecurityGroupIngress: onGroup,
  DeleteSecurityGroup: onGroup,
  ModifyInstanceAttribute: modifyInstanceAttribute,
  ModifyNetworkInterfaceAttribute: modifyNetworkInterface,
  CreateSecurityGroup: createSecurityGroup,
  CreateTags: createTags,
  DeleteTags: createTags,
  CreateImage: createImage,
  CopyImage: copyImage,
  CreateSnapshot: createSnapshot,
  StopInstances: onInstances,
  StartInstances: onInstances,
  RebootInstances: onInstances,
  TerminateInstances: onInstances,
  DescribeInstanceAttribute: onInstances,
  AssociateAddress: onAddress,
  DisassociateAddress: onAddress,
};

export const ec2: Requirements = async (call, facts: Facts) => {
  // No Describe of EC2 knows resources, but for a handful.
  if (call.operation.startsWith("Describe") && !(call.operation in operations)) {
    return [
      {
        action: `ec2:${call.operation}`,
        resource: "*",
        resourceAccount: call.accountId,
        context: { "ec2:Region": call.region },
      },
    ];
  }
  return operations[call.operation]?.(call, facts);
};
