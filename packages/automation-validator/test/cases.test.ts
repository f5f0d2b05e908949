import { describe, expect, it } from "vitest";
import { checkDocument } from "../src/check.ts";

/** The head of a small document with a role and a parameter that its steps use. */
const head = `schemaVersion: '0.3'
assumeRole: '{{ AutomationAssumeRole }}'
parameters:
  AutomationAssumeRole: {type: 'AWS::IAM::Role::Arn'}
  InstanceId: {type: String}
`;
const see = (name = "see") => `  - name: ${name}
    action: aws:executeAwsApi
    inputs: {Service: ec2, Api: DescribeInstances, InstanceIds: ['{{ InstanceId }}']}
    isEnd: true
`;
const found = async (text: string, file = "case.yaml") =>
  (await checkDocument(text, { file })).map(
    ({ id, severity, line, column, message }) => `${line}:${column} ${severity} ${id} ${message}`,
  );

const faults: readonly (readonly [string, string, string])[] = [
  [
    "Or with one condition",
    `${head}mainSteps:
  - name: pick
    action: aws:branch
    inputs:
      Choices:
        - NextStep: see
          Or: [{Variable: '{{ InstanceId }}', StringEquals: i-1}]
    isEnd: true
${see()}`,
    "11:11 error SCHEMA04 pick: Or needs at least two conditions; this one has one",
  ],
  [
    "Not with a list",
    `${head}mainSteps:
  - name: pick
    action: aws:branch
    inputs:
      Choices:
        - NextStep: see
          And:
            - {Variable: '{{ InstanceId }}', StringEquals: i-1}
            - {Not: {Or: [{Variable: '{{ InstanceId }}', StringEquals: i-2}]}}
    isEnd: true
${see()}`,
    "SCHEMA04 pick: Or needs at least two conditions",
  ],
  [
    "a reserved output name",
    `${head}mainSteps:
  - name: call
    action: aws:invokeLambdaFunction
    inputs: {FunctionName: '{{ InstanceId }}'}
    outputs: [{Name: LogResult, Selector: $.LogResult, Type: String}]
    isEnd: true
outputs: [call.LogResult]
`,
    "REF08 call: the output name LogResult is reserved",
  ],
  [
    "a reserved output name of another action",
    `${head}mainSteps:
  - name: call
    action: aws:createImage
    inputs: {InstanceId: '{{ InstanceId }}', ImageName: a}
    outputs: [{Name: ImageId, Selector: $.ImageId, Type: String}]
    isEnd: true
`,
    "REF08 call: the output name ImageId is reserved",
  ],
  [
    "braces inside braces",
    `${head.replace("'{{ AutomationAssumeRole }}'", "'{{ {{ AutomationAssumeRole }} }}'")}mainSteps:\n${see()}`,
    "2:14 error REF05 {{ {{ AutomationAssumeRole }} }} has braces inside braces; write {{ AutomationAssumeRole }}",
  ],
  [
    "a brace that is missing in the role",
    `${head.replace("'{{ AutomationAssumeRole }}'", "'{{ AutomationAssumeRole }'")}mainSteps:\n${see()}`,
    "REF05 {{ AutomationAssumeRole } lacks a brace; write {{ AutomationAssumeRole }}",
  ],
  [
    "a circle of aliases",
    "schemaVersion: '0.3'\nmainSteps: &a\n- name: s\n  action: aws:sleep\n  inputs:\n   Duration: PT1S\n   More: *a\n",
    "7:10 error SYNTAX01 *a stands inside &a, which it repeats",
  ],
  [
    "a pattern that may take for ever",
    `schemaVersion: "0.3"
parameters:
 P: {type: String, default: "${"a".repeat(40)}!", allowedPattern: '^(a+)+$'}
mainSteps:
- {name: s, action: 'aws:sleep', inputs: {Duration: PT1S}}
`,
    "LIMIT02 parameter P: the pattern repeats a part",
  ],
  [
    "a bracket that is not closed, where it stands",
    'schemaVersion: "0.3"\nmainSteps: [\n',
    "2:12 error SYNTAX01 The [ that stands here has no ]",
  ],
  [
    "a list deep in a list of another type",
    `${head}mainSteps:
  - name: run
    action: aws:executeScript
    inputs:
      Runtime: python3.11
      Handler: tag
      InputPayload: {id: '{{ InstanceId }}'}
      Script: |-
        import boto3
        def tag(events, context):
          tags = [{'name': 'x', 'value': 'y'}]
          boto3.client('ec2').create_tags(Resources=[events['id']], Tags=tags)
    isEnd: true
`,
    "SCRIPT19 run: create_tags: Tags[] has no member value, did you mean Value?",
  ],
];

describe("an error is found in a document with", () => {
  it.each(faults)("%s", async (_, text, expected) => {
    expect((await found(text)).join("\n")).toContain(expected);
  });
});

const script = (body: string, more = "") => `  - name: use
    action: aws:executeScript
    inputs:
      Runtime: python3.11
      Handler: use
${more}      Script: |-
        def use(events, context):
          ${body}
    isEnd: true
`;

const sound: readonly (readonly [string, string])[] = [
  [
    "a default from Parameter Store, whatever its pattern",
    `${head.replace("{type: String}", () => "{type: String, default: '{{ssm:/team/1.0.0/instance}}', allowedPattern: '^i-[0-9a-f]+$'}")}mainSteps:\n${see()}`,
  ],
  [
    "a PropertySelector without $",
    `${head}mainSteps:
  - name: wait
    action: aws:waitForAwsResourceProperty
    timeoutSeconds: 300
    inputs:
      Service: ec2
      Api: DescribeInstanceStatus
      InstanceIds: ['{{ InstanceId }}']
      PropertySelector: InstanceStatuses[0].InstanceState.Name
      DesiredValues: [running]
    isEnd: true
`,
  ],
  [
    "a map in braces at the indentation of its parent",
    `schemaVersion: '0.3'
mainSteps:
${script("return events['most']", `      InputPayload:\n        most: {\n        "a": 1,\n        "b": [\n        1\n        ]\n        }\n`)}`,
  ],
  [
    "a change template",
    `schemaVersion: '0.3'
description: A change template.
emergencyChange: false
autoApprovable: false
mainSteps:
  - name: ApproveAction1
    action: aws:approve
    timeoutSeconds: 3600
    inputs:
      Message: May this change run?
      EnhancedApprovals:
        NotificationArn: arn:aws:sns:us-east-1:123456789012:changes
        Approvers:
          - {approver: someone, type: IamUser, minRequiredApprovals: 1}
executableRunBooks:
  - {name: AWS-RestartEC2Instance, version: $DEFAULT}
templateInformation: '# What it does'
`,
  ],
  [
    "a pause with a Message",
    `${head}mainSteps:
  - {name: hold, action: 'aws:pause', inputs: {Message: Look at the instance}}
${see()}`,
  ],
  [
    "an output that nobody needs, with a selector that finds nothing",
    `${head}mainSteps:
${see().replace("    isEnd: true\n", () => "    outputs: [{Name: Output, Selector: $.Payload.response, Type: StringMap}]\n    isEnd: true\n")}outputs: [see.Output]
`,
  ],
  [
    "a list that is spread into a list",
    `schemaVersion: '0.3'
mainSteps:
  - name: find
    action: aws:executeScript
    inputs:
      Runtime: python3.11
      Handler: find
      Script: |-
        def find(events, context):
          return {'rows': [{'id': 'a'}, {'id': 'b'}]}
    outputs: [{Name: Rows, Selector: $.Payload.rows, Type: MapList}]
${script("return {'ids': [row['id'] for row in events['rows']]}", "      InputPayload: {rows: ['{{ find.Rows }}']}\n")}`,
  ],
  [
    "a variable that steps update and use",
    `schemaVersion: '0.3'
variables:
  Notes: {type: StringMap, default: {}}
mainSteps:
  - name: note
    action: aws:executeScript
    inputs:
      Runtime: python3.11
      Handler: note
      InputPayload: {Notes: '{{ variable:Notes }}'}
      Script: |-
        def note(events, context):
          return {'Notes': dict(events['Notes'])}
    outputs: [{Name: Notes, Selector: $.Payload.Notes, Type: StringMap}]
  - name: keep
    action: aws:updateVariable
    inputs: {Name: 'variable:Notes', Value: '{{ note.Notes }}'}
${script("return {'Notes': events['Notes']}", "      InputPayload: {Notes: '{{ variable:Notes }}'}\n")}`,
  ],
  [
    "a value of a response that only the documentation of its enum names",
    `${head}mainSteps:
  - name: wait
    action: aws:waitForAwsResourceProperty
    timeoutSeconds: 300
    inputs:
      Service: rds
      Api: DescribeDBInstances
      DBInstanceIdentifier: '{{ InstanceId }}'
      PropertySelector: $.DBInstances[0].DBInstanceStatus
      DesiredValues: [available]
    isEnd: true
`,
  ],
];

describe("nothing is said of", () => {
  it.each(sound)("%s", async (_, text) => {
    expect(await found(text)).toEqual([]);
  });
});

describe("one fault is one finding:", () => {
  it("a quote that is missing is told where it begins, and nothing after it", async () => {
    const text =
      'schemaVersion: \'0.3\'\nparameters:\n  Name:\n    type: String\n    description: "Name of it\n    default: a\nmainSteps:\n  - {name: nap, action: "aws:sleep"}\n';
    const all = await found(text);
    expect(all).toHaveLength(1);
    expect(all[0]).toContain("5:18 error SYNTAX01 The text that begins here");
  });

  it.each([
    [
      "Name: nap\n    action: aws:sleep\n    inputs: {Duration: PT1S}",
      "an unknown key Name, did you mean name?",
    ],
    ["name: nap\n    Action: aws:sleep\n    inputs: {Duration: PT1S}", "did you mean action?"],
    ["name: nap\n    action: aws:sleep\n    input: {Duration: PT1S}", "did you mean inputs?"],
    ["name: nap\n    action: aws:sleep\n    inputs: {duration: PT1S}", "did you mean Duration?"],
  ])("a key in other capitals or with a slip: %s", async (step, message) => {
    const all = await found(`schemaVersion: '0.3'\nmainSteps:\n  - ${step}\n    isEnd: true\n`);
    expect(all).toHaveLength(1);
    expect(all[0]).toContain(message);
  });
});

describe("a document over the limit", () => {
  it("is refused before it is parsed", async () => {
    const text = `mainSteps: ${"[".repeat(70_000)}`;
    expect(await found(text)).toEqual([
      "1:1 error LIMIT06 The document has 70011 bytes; AWS takes 65536 at most",
    ]);
  });
});

describe("messages say what to write:", () => {
  const pick = (variable: string) => `${head}mainSteps:
  - name: pick
    action: aws:branch
    inputs: {Choices: [{NextStep: see, Variable: ${variable}, StringEquals: i-1}]}
    isEnd: true
${see()}`;
  it.each([
    ["a parameter without braces", pick("InstanceId"), "Write {{ InstanceId }}"],
    ["an output without braces", pick("see.Output"), "Write {{ see.Output }}"],
    [
      "an output that is not there",
      `${head}mainSteps:\n${see().replace("    isEnd", () => "    outputs: [{Name: Ids, Selector: $..InstanceId, Type: StringList}]\n    isEnd")}outputs: [see.Nothing]\n`,
      "see has no output Nothing; there is Ids",
    ],
    [
      "an old runtime",
      `schemaVersion: '0.3'\nmainSteps:\n${script("return 1").replace("3.11", "3.8")}`,
      "Automation does not run python3.8; write python3.12",
    ],
    [
      "a list where a single value stands",
      `schemaVersion: '0.3'\nmainSteps:\n  - {name: nap, action: 'aws:sleep', inputs: {Duration: [PT1S]}, isEnd: true}\n`,
      'step nap: inputs.Duration must be a single value, not the list ["PT1S"]',
    ],
  ])("%s", async (_, text, message) => {
    expect((await found(text)).join("\n")).toContain(message);
  });
});
