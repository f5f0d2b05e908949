import { example } from "./example.ts";

const call = (inputs: string, more = "", action = "aws:executeAwsApi") => `mainSteps:
- name: call
  action: ${action}
  inputs:
    ${inputs}
${more}
  isEnd: true`;

example("API01", {
  says: "a service is one that boto3 knows",
  bad: call("{Service: ecs2, Api: StopInstances, InstanceIds: [i-1]}"),
  good: call("{Service: ec2, Api: StopInstances, InstanceIds: [i-1]}"),
  message: "no service ecs2",
});
example("API02", {
  says: "an operation is one of the service",
  bad: call("{Service: ec2, Api: StopInstance, InstanceIds: [i-1]}"),
  good: call("{Service: ec2, Api: stop_instances, InstanceIds: [i-1]}"),
  message: "did you mean StopInstances?",
});
example("API03", {
  says: "an input is a member of the operation's request",
  bad: call("{Service: ec2, Api: StopInstances, InstanceIDs: [i-1]}"),
  good: call("{Service: ec2, Api: StopInstances, InstanceIds: [i-1]}"),
  message: "did you mean InstanceIds?",
});
example("API03", {
  says: "a required member is there",
  bad: call("{Service: kms, Api: DescribeKey}"),
  good: call("{Service: kms, Api: DescribeKey, KeyId: alias/aws/ebs}"),
  message: "KeyId is missing",
});
example("API03", {
  says: "members inside lists fit as well, and values are some that exist",
  bad: call("{Service: ec2, Api: CreateTags, Resources: [i-1], Tags: [{Key: a, Val: b}]}"),
  good: call("{Service: ec2, Api: CreateTags, Resources: [i-1], Tags: [{Key: a, Value: b}]}"),
  message: "there are Key, Value",
});
example("API03", {
  says: "a number is no map",
  bad: call("{Service: ec2, Api: DescribeImages, MaxResults: {a: 1}}"),
  good: call('{Service: ec2, Api: DescribeImages, MaxResults: "7"}'),
});
example("API03", {
  says: "a map is not given where a text is taken",
  bad: `parameters: {P: {type: StringMap}}\n${call('{Service: kms, Api: DescribeKey, KeyId: "{{ P }}"}')}`,
  good: `parameters: {P: {type: String}}\n${call('{Service: kms, Api: DescribeKey, KeyId: "{{ P }}"}')}`,
});
const selecting = (selector: string, type: string) =>
  `outputs: [call.X]\n${call("{Service: ec2, Api: DescribeInstances}", `  outputs: [{Name: X, Selector: "${selector}", Type: ${type}}]`)}`;
example("API04", {
  says: "a selector follows the response",
  bad: selecting("$.Reservations[0].Instances[0].InstanceID", "String"),
  good: selecting("$.Reservations[0].Instances[0].InstanceId", "String"),
  message: "did you mean InstanceId?",
});
example("API04", {
  says: "a list is asked for one of its entries",
  bad: selecting("$.Reservations.Instances[0].InstanceId", "String"),
  good: selecting("$.Reservations..InstanceId", "StringList"),
  message: "an index such as [0] is missing",
});
example("API04", {
  says: "a map does not become a text",
  bad: selecting("$.Reservations[0].Instances[0].State", "String"),
  good: selecting("$.Reservations[0].Instances[0].State", "StringMap"),
});
const asserting = (wanted: string, selector = "$.Reservations[0].Instances[0].State.Name") =>
  call(
    `{Service: ec2, Api: DescribeInstances, PropertySelector: "${selector}", DesiredValues: [${wanted}]}`,
    "",
    "aws:assertAwsResourceProperty",
  );
example("API04", {
  says: "a desired value is one that the property can have",
  bad: asserting("runing"),
  good: asserting("running"),
  message: "did you mean running?",
});
example("API05", {
  says: "a streaming operation can't be called",
  bad: call("{Service: s3, Api: GetObject, Bucket: b, Key: k}"),
  good: call("{Service: s3, Api: HeadObject, Bucket: b, Key: k}"),
});
const waiting = (more: string) =>
  call(
    `{Service: ec2, Api: DescribeImages, PropertySelector: "$.Images[0].State", DesiredValues: [available]}`,
    more,
    "aws:waitForAwsResourceProperty",
  );
example("API06", {
  says: "a wait says for how long",
  bad: waiting("  maxAttempts: 2"),
  good: waiting("  timeoutSeconds: 600"),
});
example("API07", {
  says: "a call has no more time than 25 seconds",
  bad: call("{Service: ec2, Api: StopInstances, InstanceIds: [i-1]}", "  timeoutSeconds: 60"),
  good: call("{Service: ec2, Api: StopInstances, InstanceIds: [i-1]}", "  timeoutSeconds: 25"),
  line: 6,
});
const copying = (encrypted: string) =>
  call(
    `{SourceRegion: eu-west-1, SourceImageId: ami-1, ImageName: copy, KmsKeyId: alias/mine${encrypted}}`,
    "",
    "aws:copyImage",
  );
example("API08", {
  says: "a key is for encrypted copies",
  bad: copying(""),
  good: copying(", Encrypted: true"),
});
example("API03", {
  says: "a number is within the model's bounds",
  bad: call("{Service: ssm, Api: DescribeParameters, MaxResults: 51}"),
  good: call("{Service: ssm, Api: DescribeParameters, MaxResults: 50}"),
  message: "at most 50",
});
const asserted = (selector: string, wanted: string) =>
  call(
    `{Service: rds, Api: DescribeDBInstances, PropertySelector: "$.DBInstances[0].${selector}", DesiredValues: [${wanted}]}`,
    "",
    "aws:assertAwsResourceProperty",
  );
example("API04", {
  says: "a property that is true or false is nothing else",
  bad: asserted("MultiAZ", '"yes"'),
  good: asserted("MultiAZ", '"True"'),
  message: 'never "yes"',
});
example("API04", {
  says: "a map is never one of the desired texts",
  bad: asserted("Endpoint", "available"),
  good: asserted("Endpoint.Port", '"5432"'),
});
example("API07", {
  says: "nor a function more than 300",
  bad: call("{FunctionName: f}", "  timeoutSeconds: 301", "aws:invokeLambdaFunction"),
  good: call("{FunctionName: f}", "  timeoutSeconds: 300", "aws:invokeLambdaFunction"),
});
const launching = (inputs: string) => call(`{ImageId: ami-1, ${inputs}}`, "", "aws:runInstances");
example("API09", {
  says: "maps that an action hands on have the members of the call",
  bad: launching("BlockDeviceMappings: [{DeviceName: x, EBS: {VolumeSize: '5'}}]"),
  good: launching("BlockDeviceMappings: [{DeviceName: x, Ebs: {VolumeSize: '5'}}]"),
  message: "did you mean Ebs?",
});
example("API09", {
  says: "tags have a Key and a Value",
  bad: call("{ResourceIds: [i-1], Tags: [{key: a, value: b}]}", "", "aws:createTags"),
  good: call("{ResourceIds: [i-1], Tags: [{Key: a, Value: b}]}", "", "aws:createTags"),
});
const commanding = (seconds: number) =>
  call(`{DocumentName: d, InstanceIds: [i-1], TimeoutSeconds: ${seconds}}`, "", "aws:runCommand");
example("API09", {
  says: "numbers are within the call's bounds",
  bad: commanding(29),
  good: commanding(30),
});
