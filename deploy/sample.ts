import type { PolicyJson, PolicyScope } from "./policy.ts";

export const sampleYaml = `description: Contains an instance.
schemaVersion: "0.3"
assumeRole: "{{ AutomationAssumeRole }}"
outputs:
- report.Output
parameters:
  InstanceId:
    type: AWS::EC2::Instance::Id
    description: The instance.
  Action:
    type: String
    default: Contain
    allowedValues: [Contain, Release, Restore]
  DryRun:
    type: Boolean
    default: true
  S3BucketName:
    type: AWS::S3::Bucket::Name
    description: Bucket.
  S3PrefixName:
    type: String
    default: ""
  AutomationAssumeRole:
    type: AWS::IAM::Role::Arn
    default: ""
mainSteps:
- name: branchOnMode
  action: aws:branch
  inputs:
    Choices:
    - Variable: "{{ DryRun }}"
      BooleanEquals: true
      NextStep: report
    Default: report
- name: report
  action: aws:executeScript
  isEnd: true
  inputs:
    Runtime: python3.11
    Handler: handler
    InputPayload:
      InstanceId: "{{ InstanceId }}"
    Script: |
      def handler(events, context):
          return {"Output": "seen " + events["InstanceId"]}
  outputs:
  - Name: Output
    Selector: $.Payload.Output
    Type: String
`;

export const samplePolicy = ({ partition, region, accountId }: PolicyScope): PolicyJson => ({
  Version: "2012-10-17",
  Statement: [
    { Sid: "Look", Effect: "Allow", Action: ["ec2:DescribeInstances"], Resource: "*" },
    {
      Sid: "Change",
      Effect: "Allow",
      Action: ["ec2:ModifyNetworkInterfaceAttribute"],
      Resource: [
        `arn:${partition}:ec2:${region}:${accountId}:network-interface/*`,
        `arn:${partition}:ec2:${region}:${accountId}:security-group/*`,
      ],
    },
  ],
});
