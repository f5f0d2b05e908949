/** What an authorization decision needs to know of resources: asked of moto, past log and faults. */
import type { Admin } from "../admin.ts";
import { kept } from "../kept.ts";
import { child, children, parseXml, text, type XmlNode } from "../xml.ts";

export interface Place {
  readonly accountId: string;
  readonly region: string;
}

export type Tags = Readonly<Record<string, string>>;

export interface AutoScalingGroup {
  readonly arn: string;
  readonly tags: Tags;
}

export interface Key {
  readonly arn: string;
  readonly accountId: string;
  /** AWS's own key of a service, such as the one behind `alias/aws/ebs`. */
  readonly managed: boolean;
}

export interface Bucket {
  readonly owner: string;
  /** Statements of the bucket policy. */
  readonly policy: readonly unknown[];
  /** Statements that say what ACLs allow. */
  readonly grants: readonly unknown[];
  /** The policy is public, and public policies count for the owner's account alone (RestrictPublicBuckets). */
  readonly restricted: boolean;
}

export interface Facts {
  /** Tags of EC2 resources, by id. */
  tags(place: Place, ids: readonly string[]): Promise<Readonly<Record<string, Tags>>>;
  /** The VPC of a security group; undefined where there is no such group. */
  groupVpc(place: Place, groupId: string): Promise<string | undefined>;
  /**
   * The account that owns a VPC, a subnet or a security group, which may be shared with the caller's; undefined where
   * there is no such resource.
   */
  owner(place: Place, id: string): Promise<string | undefined>;
  networkInterface(
    place: Place,
    id: string,
  ): Promise<
    { readonly vpc: string; readonly subnet: string; readonly instance: string } | undefined
  >;
  autoScalingGroup(place: Place, name: string): Promise<AutoScalingGroup | undefined>;
  /** A key by id, ARN or alias. */
  key(place: Place, id: string): Promise<Key | undefined>;
  keyPolicy(place: Place, arn: string): Promise<unknown>;
  /** Snapshots behind an image that are encrypted, by their keys' ARNs. */
  imageKeys(place: Place, imageId: string): Promise<readonly string[]>;
  /** A bucket, with what its ACL and that of an object in it allow; undefined where there is none. */
  bucket(name: string, key?: string): Promise<Bucket | undefined>;
  /** The KMS key that encrypts a bucket's new objects; undefined where S3's own keys do. */
  bucketKey(place: Place, bucket: string): Promise<string | undefined>;
  objectTags(place: Place, bucket: string, key: string): Promise<Tags>;
  /** The content of a Systems Manager document, by default of its default version; undefined where it is not there. */
  document(place: Place, name: string, version?: string): Promise<string | undefined>;
  /** The id of an account's organization; undefined where it is in none. */
  organization(place: Place): Promise<string | undefined>;
  /** Forgets all that it remembers. */
  forget(): void;
  /** Organizations have changed. */
  forgetOrganizations(): void;
}

export function createFacts(admin: Admin): Facts {
  const resourceOwners = new Map<string, string>();
  const organizations = new Map<string, Promise<string | undefined>>();
  return {
    ...ec2Facts(admin, resourceOwners),
    ...autoScalingFacts(admin),
    ...kmsFacts(admin),
    ...s3Facts(admin),
    document: async (place, Name, version) => {
      const input = { Name, ...(version !== undefined && { DocumentVersion: version }) };
      const { status, output } = await admin.json(
        scope(place, "ssm"),
        "AmazonSSM.GetDocument",
        input,
      );
      const content = status === 200 ? field(output, "Content") : undefined;
      return typeof content === "string" ? content : undefined;
    },
    organization: (place) =>
      kept(organizations, place.accountId, async () => {
        const { status, output } = await admin.json(
          scope(place, "organizations"),
          "AWSOrganizationsV20161128.DescribeOrganization",
          {},
        );
        const id = status === 200 ? field(field(output, "Organization"), "Id") : undefined;
        return typeof id === "string" ? id : undefined;
      }),
    forget: () => {
      for (const remembered of [resourceOwners, organizations]) remembered.clear();
    },
    forgetOrganizations: () => organizations.clear(),
  };
}

const scope = (place: Place, service: string) => ({
  accessKeyId: place.accountId,
  region: place.region,
  service,
});

const items = (node: XmlNode | undefined, set: string): readonly XmlNode[] =>
  children(child(node, set), "item");

/** How to ask for the owner of a resource that can be shared, by the prefix of its id. */
const ownedKinds: Readonly<Record<string, readonly [string, string, string]>> = {
  sg: ["DescribeSecurityGroups", "GroupId.1", "securityGroupInfo"],
  subnet: ["DescribeSubnets", "SubnetId.1", "subnetSet"],
  vpc: ["DescribeVpcs", "VpcId.1", "vpcSet"],
};

/** @param owners what is known of the owners of resources */
function ec2Facts(
  admin: Admin,
  owners: Map<string, string>,
): Pick<Facts, "tags" | "groupVpc" | "owner" | "networkInterface" | "imageKeys"> {
  const ec2 = async (
    place: Place,
    parameters: Record<string, string>,
  ): Promise<XmlNode | undefined> =>
    (await admin.query(scope(place, "ec2"), { Version: "2016-11-15", ...parameters })).root;
  return {
    tags: async (place, ids) => {
      if (ids.length === 0) return {};
      const filter = Object.fromEntries(ids.map((id, at) => [`Filter.1.Value.${at + 1}`, id]));
      const root = await ec2(place, {
        Action: "DescribeTags",
        "Filter.1.Name": "resource-id",
        ...filter,
      });
      const found: Record<string, Record<string, string>> = {};
      for (const item of items(root, "tagSet")) {
        const id = text(child(item, "resourceId"));
        found[id] = {
          ...found[id],
          [text(child(item, "key"))]: text(child(item, "value")),
        };
      }
      return found;
    },
    groupVpc: async (place, groupId) => {
      const root = await ec2(place, { Action: "DescribeSecurityGroups", "GroupId.1": groupId });
      return text(child(items(root, "securityGroupInfo")[0], "vpcId")) || undefined;
    },
    owner: async (place, id) => {
      const asked = ownedKinds[id.slice(0, Math.max(0, id.indexOf("-")))];
      const known = owners.get(id);
      if (asked === undefined || known !== undefined) return known;
      const [action, parameter, set] = asked;
      const root = await ec2(place, { Action: action, [parameter]: id });
      const found = text(child(items(root, set)[0], "ownerId"));
      if (found === "") return undefined;
      owners.set(id, found);
      return found;
    },
    networkInterface: async (place, id) => {
      const root = await ec2(place, {
        Action: "DescribeNetworkInterfaces",
        "NetworkInterfaceId.1": id,
      });
      const item = items(root, "networkInterfaceSet")[0];
      if (item === undefined) return undefined;
      return {
        vpc: text(child(item, "vpcId")),
        subnet: text(child(item, "subnetId")),
        instance: text(child(child(item, "attachment"), "instanceId")),
      };
    },
    imageKeys: async (place, imageId) => {
      const root = await ec2(place, { Action: "DescribeImages", "ImageId.1": imageId });
      const image = items(root, "imagesSet")[0];
      const snapshots = items(image, "blockDeviceMapping")
        .map((mapping) => text(child(child(mapping, "ebs"), "snapshotId")))
        .filter((id) => id !== "");
      if (snapshots.length === 0) return [];
      const ids = Object.fromEntries(snapshots.map((id, at) => [`SnapshotId.${at + 1}`, id]));
      const described = await ec2(place, { Action: "DescribeSnapshots", ...ids });
      const keys = items(described, "snapshotSet")
        .filter((snapshot) => text(child(snapshot, "encrypted")) === "true")
        .map((snapshot) => text(child(snapshot, "kmsKeyId")) || "alias/aws/ebs");
      return [...new Set(keys)];
    },
  };
}

function autoScalingFacts(admin: Admin): Pick<Facts, "autoScalingGroup"> {
  return {
    autoScalingGroup: async (place, name) => {
      const { root } = await admin.query(scope(place, "autoscaling"), {
        Action: "DescribeAutoScalingGroups",
        Version: "2011-01-01",
        "AutoScalingGroupNames.member.1": name,
      });
      const result = child(root, "DescribeAutoScalingGroupsResult");
      const group = child(child(result, "AutoScalingGroups"), "member");
      if (group === undefined) return undefined;
      const tags = children(child(group, "Tags"), "member").map((tag) => [
        text(child(tag, "Key")),
        text(child(tag, "Value")),
      ]);
      return { arn: text(child(group, "AutoScalingGroupARN")), tags: Object.fromEntries(tags) };
    },
  };
}

function kmsFacts(admin: Admin): Pick<Facts, "key" | "keyPolicy"> {
  const kms = async (place: Place, operation: string, input: unknown) => {
    const { status, output } = await admin.json(
      scope(place, "kms"),
      `TrentService.${operation}`,
      input,
    );
    return status === 200 ? output : undefined;
  };
  return {
    key: async (place, id) => {
      const output = await kms(place, "DescribeKey", { KeyId: id });
      const metadata = field(output, "KeyMetadata");
      const arn = field(metadata, "Arn");
      if (typeof arn !== "string") return undefined;
      const managed = /(?:^|:)alias\/aws\//.test(id) || field(metadata, "KeyManager") === "AWS";
      return { arn, accountId: arn.split(":")[4] ?? place.accountId, managed };
    },
    keyPolicy: async (place, arn) => {
      const output = await kms(place, "GetKeyPolicy", { KeyId: arn, PolicyName: "default" });
      const policy = field(output, "Policy");
      return typeof policy === "string" ? parsePolicy(policy) : undefined;
    },
  };
}

function s3Facts(admin: Admin): Pick<Facts, "bucket" | "bucketKey" | "objectTags"> {
  return {
    bucket: async (name, key = "") => {
      const query = new URLSearchParams({ name, key });
      const { status, output } = await admin.own("GET", `/moto-api/bucket?${query}`);
      if (status !== 200) return undefined;
      const statements = field(field(output, "policy"), "Statement") ?? [];
      return {
        owner: String(field(output, "owner")),
        policy: [statements].flat(),
        grants: [field(output, "grants") ?? []].flat(),
        restricted: field(output, "restricted") === true,
      };
    },
    bucketKey: async (place, bucket) => {
      const { status, text: answer } = await admin.get(scope(place, "s3"), `/${bucket}?encryption`);
      if (status !== 200) return undefined;
      const root = parseXml(answer);
      const byDefault = child(child(root, "Rule"), "ApplyServerSideEncryptionByDefault");
      if (!text(child(byDefault, "SSEAlgorithm")).startsWith("aws:kms")) return undefined;
      return text(child(byDefault, "KMSMasterKeyID")) || "alias/aws/s3";
    },
    objectTags: async (place, bucket, key) => {
      const path = key.split("/").map(encodeURIComponent).join("/");
      const answer = await admin.get(scope(place, "s3"), `/${bucket}/${path}?tagging`);
      if (answer.status !== 200) return {};
      const root = parseXml(answer.text);
      const tags = children(child(root, "TagSet"), "Tag");
      return Object.fromEntries(tags.map((t) => [text(child(t, "Key")), text(child(t, "Value"))]));
    },
  };
}

/** A policy as IAM hands it out: JSON, in some answers percent-encoded (RFC 3986). */
export function parsePolicy(document: string): unknown {
  const plain = document.trimStart().startsWith("{") ? document : decodeURIComponent(document);
  return JSON.parse(plain) as unknown;
}

/** A field of something that may be an object. */
export function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
