import type { DataType } from "./actions.ts";

/**
 * Types that give the console a picker. Their value is a string, or a list of strings in `List<…>`.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-syntax-data-elements-parameters.html
 */
export const pickerTypes = [
  "AWS::EC2::Image::Id",
  "AWS::EC2::Instance::Id",
  "AWS::EC2::KeyPair::KeyName",
  "AWS::EC2::NetworkInterface::Id",
  "AWS::EC2::SecurityGroup::Id",
  "AWS::EC2::SecurityGroup::GroupName",
  "AWS::EC2::Snapshot::Id",
  "AWS::EC2::Subnet::Id",
  "AWS::EC2::VPC::Id",
  "AWS::EC2::Volume::Id",
  "AWS::IAM::Role::Arn",
  "AWS::IAM::User::Arn",
  "AWS::IAM::InstanceProfile::Name",
  "AWS::S3::Bucket::Name",
  "AWS::S3::Object::Uri",
  "AWS::SSM::Parameter::Name",
  "AWS::SSM::ManagedInstance::Id",
  "AWS::AutoScaling::AutoScalingGroup::Name",
  "AWS::Lambda::Function::Arn",
  "AWS::Lambda::Function::Name",
  "AWS::RDS::DBInstance::Id",
  "AWS::RDS::DBCluster::Id",
  "AWS::EKS::Cluster::Name",
  "AWS::ECS::Cluster::Name",
  "AWS::KMS::Key::Id",
  "AWS::SNS::Topic::Arn",
  "AWS::Route53::HostedZone::Id",
  "AWS::CloudWatch::Alarm::Name",
] as const;

export const plainTypes: readonly DataType[] = [
  "String",
  "StringList",
  "Integer",
  "Boolean",
  "MapList",
  "StringMap",
];

/** What a value of a parameter's type is: a picker's type is a string, a list of pickers a list of strings. */
export function plainType(type: string): DataType | undefined {
  if ((plainTypes as readonly string[]).includes(type)) return type as DataType;
  if (/^List<AWS::[A-Za-z0-9]+(::[A-Za-z0-9]+)+>$/.test(type)) return "StringList";
  if (/^AWS::[A-Za-z0-9]+(::[A-Za-z0-9]+)+$/.test(type)) return "String";
  return undefined;
}

/** Every type that is known by name, for suggestions. */
export const typeNames: readonly string[] = [
  ...plainTypes,
  ...pickerTypes,
  ...pickerTypes.map((type) => `List<${type}>`),
];
