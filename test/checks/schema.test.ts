import { example } from "./example.ts";

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
  message: "lacks ImageId",
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
