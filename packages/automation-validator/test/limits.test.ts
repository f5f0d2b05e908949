import { example } from "./example.ts";

const parameter = (spec: string, name = "P") => `parameters: {${name}: ${spec}}
mainSteps:
- {name: a, action: "aws:deleteStack", inputs: {StackName: "{{ ${name} }}"}, isEnd: true}`;
const pattern = (regex: string) => parameter(`{type: String, allowedPattern: '${regex}'}`);

example("LIMIT01", {
  says: "Java reads no [^] and no escapes of its own making",
  bad: pattern("^[a-z\\y]+$"),
  good: pattern("^[a-z&&[^y]]+$"),
});
example("LIMIT01", {
  says: "a { that counts nothing is escaped in Java",
  bad: pattern("^{.*}$"),
  good: pattern("^\\{.*}$"),
});
example("LIMIT02", {
  says: "a repetition of a repetition over the same text is found",
  bad: pattern("^([a-z]+)*$"),
  good: pattern("^([a-z]+/)*$"),
});
example("LIMIT02", {
  says: "so is one over optional white space, but not one that never gives back",
  bad: pattern("^(\\w+\\s?)+$"),
  good: pattern("^(\\w++\\s?)+$"),
});
example("LIMIT03", {
  says: "a default passes its own pattern",
  bad: parameter("{type: String, allowedPattern: '^ami-[0-9a-f]+$', default: ''}"),
  good: parameter("{type: String, allowedPattern: '^$|^ami-[0-9a-f]+$', default: ''}"),
});
example("LIMIT03", {
  says: "a default is one of its allowed values",
  bad: parameter("{type: String, allowedValues: [a, b], default: c}"),
  good: parameter("{type: String, allowedValues: [a, b], default: b}"),
});
example("LIMIT03", {
  says: "a default has its type",
  bad: parameter("{type: Boolean, default: maybe}"),
  good: parameter("{type: Boolean, default: false}"),
});
example("LIMIT04", {
  says: "an allowed value passes the pattern",
  bad: parameter("{type: String, allowedPattern: '^[a-z]+$', allowedValues: [a, B]}"),
  good: parameter("{type: String, allowedPattern: '^[a-z]+$', allowedValues: [a, b]}"),
});
example("LIMIT05", {
  says: "a secret is no default",
  bad: parameter("{type: String, default: hunter2}", "DatabasePassword"),
  good: parameter("{type: String, default: my/secret}", "PasswordSecretName"),
});
example("LIMIT05", {
  says: "a key is recognized by its form",
  bad: parameter(`{type: String, default: ${"AKIA"}${"ABCDEFGHIJKLMNOP"}}`),
  good: parameter("{type: String, default: AKIA}"),
});
example("LIMIT06", {
  says: "a document has at most 64 KB",
  bad: `description: ${"x".repeat(65_500)}\n${parameter("{type: String}")}`,
  good: `description: ${"x".repeat(65_000)}\n${parameter("{type: String}")}`,
});
example("LIMIT06", {
  says: "a document that speaks of CloudFormation's type is no template, and has at most 64 KB too",
  bad: `description: AWS::SSM::Document ${"x".repeat(65_500)}\n${parameter("{type: String}")}`,
  good: `description: AWS::SSM::Document ${"x".repeat(65_000)}\n${parameter("{type: String}")}`,
});
example("LIMIT07", {
  says: "a step's name is letters, digits and _",
  bad: `mainSteps:\n- {name: a-b, action: "aws:pause", inputs: {}, isEnd: true}`,
  good: `mainSteps:\n- {name: a_b, action: "aws:pause", inputs: {}, isEnd: true}`,
});
example("LIMIT11", {
  says: "a document's name does not begin with AWS's prefixes",
  bad: parameter("{type: String}"),
  good: parameter("{type: String}"),
  file: "documents/AWSSupport-Mine.yaml",
});
const payload = (length: number) => `mainSteps:
- name: a
  action: aws:executeScript
  inputs:
    Runtime: python3.11
    Handler: handler
    InputPayload: {Ids: [${Array.from({ length }, (_, at) => at).join(", ")}]}
    Script: |
      def handler(events, context):
          return len(events["Ids"])
  isEnd: true`;
example("LIMIT08", {
  says: "a script gets lists of at most 100",
  bad: payload(101),
  good: payload(100),
});
const role = (arn: string) => `assumeRole: "${arn}"\n${parameter("{type: String, default: x}")}`;
example("LIMIT09", {
  says: "assumeRole is a role",
  bad: role("arn:aws:iam::111122223333:user/Somebody"),
  good: role("arn:aws:iam::111122223333:role/Runbook"),
});
const sleeping = (time: string) =>
  `mainSteps:\n- {name: a, action: "aws:sleep", inputs: {${time}}, isEnd: true}`;
example("LIMIT10", {
  says: "a duration is ISO 8601",
  bad: sleeping("Duration: 10M"),
  good: sleeping("Duration: PT10M"),
});
example("LIMIT10", {
  says: "seven days are the longest sleep",
  bad: sleeping("Duration: P7DT1S"),
  good: sleeping("Duration: P7D"),
});
const image = (name: string) => `parameters: {P: {type: String}}
mainSteps:\n- {name: a, action: "aws:createImage", inputs: {InstanceId: "{{ P }}", ImageName: "${name}"}, isEnd: true}`;
example("LIMIT12", {
  says: "an image's name has no colon",
  bad: image("backup: {{ global:DATE }}"),
  good: image("backup_{{ global:DATE_TIME }} (of [P]/it's @-.)"),
});
example("LIMIT12", {
  says: "nor more than 128 characters",
  bad: image("x".repeat(129)),
  good: image("x".repeat(128)),
});
example("LIMIT03", {
  says: "nothing is no map",
  bad: parameter("{type: StringMap, default: }")
    .replace("deleteStack", "executeAutomation")
    .replace("StackName", "DocumentName: d, RuntimeParameters"),
  good: parameter("{type: StringMap, default: {}}")
    .replace("deleteStack", "executeAutomation")
    .replace("StackName", "DocumentName: d, RuntimeParameters"),
});
example("LIMIT14", {
  says: "a pattern that can't be tried out is told",
  bad: parameter("{type: String, allowedPattern: '^\\p{javaMirrored}*$', default: a}"),
  good: parameter("{type: String, allowedPattern: '^\\p{javaLowerCase}*$', default: a}"),
  message: "\\p{javaMirrored} has no counterpart",
});
example("LIMIT15", {
  says: "the document and the largest values that it declares fit together",
  bad: `description: ${"x".repeat(60_000)}\n${parameter("{type: String, maxChars: 6000}")}`,
  good: `description: ${"x".repeat(60_000)}\n${parameter("{type: String, maxChars: 5000}")}`,
  message: "together 66",
});
example("LIMIT15", {
  says: "a list counts as often as it may have items",
  bad: `description: ${"x".repeat(60_000)}\n${parameter("{type: StringList, maxItems: 60, maxChars: 100}")}`,
  good: `description: ${"x".repeat(60_000)}\n${parameter("{type: StringList, maxItems: 40, maxChars: 100}")}`,
});
example("LIMIT16", {
  says: "a pattern takes the whole default",
  bad: parameter("{type: String, allowedPattern: '[a-z]+', default: a1}"),
  good: parameter("{type: String, allowedPattern: '[a-z]+', default: ab}"),
  message: 'only a part of the default "a1"',
});
