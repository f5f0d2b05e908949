import { expect, test } from "vitest";
import { example, findingsOf } from "./example.ts";

const sleep = (name: string, rest = "isEnd: true") =>
  `- {name: ${name}, action: "aws:sleep", inputs: {Duration: PT1S}, ${rest}}`;

example("SCHEMA01", {
  says: "an unknown key is an error, and the nearest known one is suggested",
  bad: `mainSteps:\n- {name: a, action: "aws:sleep", input: {Duration: PT1S}, isEnd: true}`,
  good: `mainSteps:\n${sleep("a")}`,
  line: 2,
  message: "did you mean inputs?",
});
example("SCHEMA01", {
  says: "a required input is missed",
  bad: `mainSteps:\n- {name: a, action: "aws:deleteImage", inputs: {}, isEnd: true}`,
  good: `mainSteps:\n- {name: a, action: "aws:deleteImage", inputs: {ImageId: ami-1}, isEnd: true}`,
  message: "needs ImageId",
});
example("SCHEMA01", {
  says: "a value of the wrong form is told, references and converted texts are not",
  bad: `mainSteps:\n- {name: a, action: "aws:createImage", inputs: {InstanceId: i-1, ImageName: n, NoReboot: maybe}, isEnd: true}`,
  good: `mainSteps:\n- {name: a, action: "aws:createImage", inputs: {InstanceId: i-1, ImageName: n, NoReboot: "true"}, isEnd: true}`,
  message: "true or false",
});
example("SCHEMA01", {
  says: "a step without a name is an error",
  bad: `mainSteps:\n- {action: "aws:pause", inputs: {}, isEnd: true}`,
  good: `mainSteps:\n- {name: a, action: "aws:pause", inputs: {}, isEnd: true}`,
});
example("SCHEMA01", {
  says: "the schema version is 0.3",
  bad: `schemaVersion: "2.2"\nmainSteps:\n${sleep("a")}`,
  good: `schemaVersion: "0.3"\nmainSteps:\n${sleep("a")}`,
  line: 1,
});
example("SCHEMA02", {
  says: "an action that does not exist is an error",
  bad: `mainSteps:\n- {name: a, action: "aws:executeScripts", inputs: {}, isEnd: true}`,
  good: `mainSteps:\n${sleep("a")}`,
  message: "did you mean aws:executeScript?",
});
const typed = (type: string) =>
  `parameters: {P: {type: "${type}"}}\nmainSteps:\n- {name: a, action: "aws:sleep", inputs: {Duration: "{{ P }}"}, isEnd: true}`;
example("SCHEMA03", {
  says: "a parameter's type that does not exist is an error",
  bad: typed("Strng"),
  good: typed("String"),
  message: "did you mean String?",
});
example("SCHEMA03", {
  says: "types of AWS and lists of them are known",
  bad: `parameters: {P: {type: "List<AWS::EC2::Instance>"}}\nmainSteps:\n- {name: a, action: "aws:changeInstanceState", inputs: {InstanceIds: "{{ P }}", DesiredState: stopped}, isEnd: true}`.replace(
    "List<AWS::EC2::Instance>",
    "List<EC2::Instance>",
  ),
  good: `parameters: {P: {type: "List<AWS::EC2::Instance::Id>"}}\nmainSteps:\n- {name: a, action: "aws:changeInstanceState", inputs: {InstanceIds: "{{ P }}", DesiredState: stopped}, isEnd: true}`,
});
const branch = (condition: string) => `parameters: {P: {type: String}}
mainSteps:
- name: a
  action: aws:branch
  inputs:
    Choices:
    - {NextStep: b, ${condition}}
  isEnd: true
${sleep("b")}`;
example("SCHEMA04", {
  says: "a condition has exactly one operator",
  bad: branch(`Variable: "{{ P }}", StringEquals: x, StartsWith: y`),
  good: branch(
    `And: [{Variable: "{{ P }}", StringEquals: x}, {Variable: "{{ P }}", StartsWith: y}]`,
  ),
  line: 7,
});
example("SCHEMA01", {
  says: "what a step does on failure is one of three things, and they are named",
  bad: `mainSteps:\n${sleep("a", "onFailure: Stop, isEnd: true")}`,
  good: `mainSteps:\n${sleep("a", "onFailure: Continue, isEnd: true")}`,
  message: "must be Abort, Continue or step:NAME",
});
const waiting = (values: string) =>
  `mainSteps:\n- {name: a, action: "aws:assertAwsResourceProperty", inputs: {Service: eks, Api: DescribeCluster, name: c, PropertySelector: $.cluster.status, DesiredValues: ${values}}, isEnd: true}`;
example("SCHEMA01", {
  says: "desired values are a list",
  bad: waiting("ACTIVE"),
  good: waiting("[ACTIVE]"),
  message: "must be a list that is not empty",
});
example("SCHEMA01", {
  says: "and not an empty one",
  bad: waiting("[]"),
  good: waiting("[ACTIVE]"),
});
const controlled = (most: string) =>
  `mainSteps:\n- {name: a, action: "aws:executeAutomation", inputs: {DocumentName: d, TargetParameterName: P, Targets: [{Key: "tag:a", Values: [b]}], MaxErrors: ${most}}, isEnd: true}`;
example("SCHEMA01", {
  says: "a share is a number with %",
  bad: controlled("ten"),
  good: controlled("10%"),
});
test("what is wrong in one place is said once", async () => {
  const found = await findingsOf(`mainSteps:\n- {name: a, action: "aws:sleep", inputs: }`);
  const forms = found.filter(({ id }) => id === "SCHEMA01").map(({ message }) => message);
  expect(forms).toEqual(["step a: inputs must be a map, not nothing"]);
});
test("a document of another kind is told as such", async () => {
  const [finding] = await findingsOf(`schemaVersion: "2.2"\nmainSteps:\n${sleep("a")}`);
  expect(finding?.message).toContain("documents of other kinds");
});
const together = (action: string, inputs: string) =>
  `mainSteps:\n- {name: a, action: "${action}", inputs: {${inputs}}, isEnd: true}`;
const pairs: readonly (readonly [string, string, string, string])[] = [
  [
    "a command has targets",
    "aws:runCommand",
    "DocumentName: d",
    "DocumentName: d, InstanceIds: [i-1]",
  ],
  ["a stack has a template", "aws:createStack", "StackName: s", "StackName: s, TemplateURL: u"],
  [
    "a stack has one template",
    "aws:createStack",
    "StackName: s, TemplateURL: u, TemplateBody: b",
    "StackName: s, TemplateBody: b",
  ],
  [
    "targets need the parameter that they are for",
    "aws:executeAutomation",
    "DocumentName: d, Targets: [{Key: 'tag:a', Values: [b]}]",
    "DocumentName: d, Targets: [{Key: 'tag:a', Values: [b]}], TargetParameterName: P",
  ],
  [
    "no more approvals are waited for than there are users to give them",
    "aws:approve",
    "Approvers: ['arn:aws:iam::111122223333:user/a'], MinRequiredApprovals: 2",
    "Approvers: ['arn:aws:iam::111122223333:role/a'], MinRequiredApprovals: 2",
  ],
  [
    "at least is no more than at most",
    "aws:runInstances",
    "ImageId: i, MinInstanceCount: 2, MaxInstanceCount: 1",
    "ImageId: i, MinInstanceCount: 2, MaxInstanceCount: 2",
  ],
];
for (const [says, action, bad, good] of pairs)
  example("SCHEMA05", { says, bad: together(action, bad), good: together(action, good) });
const abroad = (account: string) =>
  together(
    "aws:executeAutomation",
    `DocumentName: d, TargetLocations: [{Accounts: [${account}], Regions: [eu-west-1]}]`,
  );
example("SCHEMA06", {
  says: "an account's number keeps its 0",
  bad: abroad("012345678901"),
  good: abroad('"012345678901", 111122223333'),
  message: "012345678901",
});
