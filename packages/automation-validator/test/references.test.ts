import { example } from "./example.ts";

const uses = (text: string, more = "") =>
  `parameters: {Image: {type: String}}
${more}
mainSteps:
- {name: a, action: "aws:deleteImage", inputs: {ImageId: "${text}"}, isEnd: true}
- {name: unused, action: "aws:deleteImage", inputs: {ImageId: "{{ Image }}"}, isEnd: true}`.replace(
    /\n- \{name: unused.*/,
    "",
  );

example("REF01", {
  says: "a parameter that is referred to is declared",
  bad: uses("{{ Imag }}"),
  good: uses("{{ Image }}"),
  message: "did you mean Image?",
});
example("REF02", {
  says: "a system variable exists",
  bad: uses("{{ Image }}{{ global:REGON }}"),
  good: uses("{{ Image }}{{ global:REGION }}"),
  message: "did you mean global:REGION?",
});

const chain = (reference: string, first = "nextStep: use", copies = "") => `mainSteps:
- {name: make, action: "aws:createImage", inputs: {InstanceId: i-1, ImageName: n}, ${first}}
${copies}- {name: use, action: "aws:deleteImage", inputs: {ImageId: "${reference}"}, isEnd: true}`;
example("REF03", {
  says: "an output is declared or built into the action",
  bad: chain("{{ make.ImageID }}"),
  good: chain("{{ make.ImageId }}"),
  message: "did you mean ImageId?",
});
example("REF03", {
  says: "an output is of a step that exists",
  bad: chain("{{ mak.ImageId }}"),
  good: chain("{{ make.ImageId }}"),
  message: "did you mean make?",
});
example("REF04", {
  says: "a step that failed has put out nothing for the step that onFailure leads to",
  bad: chain("{{ make.ImageId }}", "onFailure: 'step:use', nextStep: use"),
  good: chain("{{ make.ImageId }}", "onFailure: Abort, nextStep: use"),
  line: 3,
});
example("REF04", {
  says: "nor for the next step where a failure continues",
  bad: chain("{{ make.ImageId }}", "onFailure: Continue, nextStep: use"),
  good: chain("{{ make.ImageId }}", "nextStep: use"),
});
const skipping = (otherwise: string) => `parameters: {P: {type: Boolean}}
mainSteps:
- name: pick
  action: aws:branch
  inputs:
    Choices: [{Variable: "{{ P }}", BooleanEquals: true, NextStep: make}]
    Default: ${otherwise}
- {name: make, action: "aws:createImage", inputs: {InstanceId: i-1, ImageName: n}, nextStep: use}
- {name: use, action: "aws:deleteImage", inputs: {ImageId: "{{ make.ImageId }}"}, isEnd: true}
- {name: other, action: "aws:deleteImage", inputs: {ImageId: ami-1}, isEnd: true}`;
example("REF04", {
  says: "an output of a step that a branch can skip is not there on every path",
  bad: skipping("use").replace(/\n- \{name: other.*/, ""),
  good: skipping("other"),
});
example("REF04", {
  says: "a loop's steps have what the loop has, and the current value",
  bad: `mainSteps:
- name: turn
  action: aws:loop
  inputs:
    Iterators: [x]
    Steps:
    - {name: inner, action: "aws:deleteImage", inputs: {ImageId: "{{ make.ImageId }}"}}
  nextStep: make
- {name: make, action: "aws:createImage", inputs: {InstanceId: i-1, ImageName: n}, isEnd: true}`,
  good: `mainSteps:
- {name: make, action: "aws:createImage", inputs: {InstanceId: i-1, ImageName: n}, nextStep: turn}
- name: turn
  action: aws:loop
  inputs:
    Iterators: [x]
    Steps:
    - {name: inner, action: "aws:deleteImage", inputs: {ImageId: "{{ make.ImageId }}"}, nextStep: more}
    - {name: more, action: "aws:deleteImage", inputs: {ImageId: "{{ turn.CurrentIteratorValue }}"}}
  isEnd: true`,
});
example("REF05", {
  says: "a reference has both braces",
  bad: uses("{{ Image }}{{ Image }"),
  good: uses("{{ Image }}{ Image }"),
});
const command = (text: string) => `parameters: {P: {type: String}}
mainSteps:
- name: a
  action: aws:runCommand
  inputs: {DocumentName: AWS-RunShellScript, InstanceIds: [i-1], Parameters: {commands: ['echo {{ P }} ${text}']}}
  isEnd: true`;
example("REF05", {
  says: "a command may hold the templates of other languages",
  bad: command("{{ P P }}"),
  good: command('{{- range .items }}{{ .name }}{{ "x" }}{{ end -}}'),
});
example("REF06", {
  says: "a parameter that nothing uses is pointed out",
  bad: uses("{{ Image }}").replace(
    "{Image: {type: String}}",
    "{Image: {type: String}, Other: {type: String}}",
  ),
  good: uses("{{ Image }}"),
  line: 1,
});
const describe = (outputs: string, used: string) => `mainSteps:
- name: look
  action: aws:executeAwsApi
  inputs: {Service: ec2, Api: DescribeImages, Owners: [self]}
  outputs:
${outputs}
  nextStep: use
- {name: use, action: "aws:deleteImage", inputs: {ImageId: "${used}"}, isEnd: true}`;
const image = `  - {Name: Image, Selector: "$.Images[0].ImageId", Type: String}`;
example("REF07", {
  says: "an output that nothing uses is pointed out",
  bad: describe(image, "ami-1"),
  good: describe(image, "{{ look.Image }}"),
  line: 6,
});
example("REF08", {
  says: "an output's name is used once in its step",
  bad: describe(`${image}\n${image}`, "{{ look.Image }}"),
  good: describe(image, "{{ look.Image }}"),
  line: 7,
});
example("REF08", {
  says: "OutputPayload is the action's own",
  bad: describe(image.replace("Name: Image", "Name: OutputPayload"), "{{ look.OutputPayload }}"),
  good: describe(image, "{{ look.Image }}"),
  message: "reserved",
});
example("REF09", {
  says: "a filter has one comparison",
  bad: describe(
    image.replace("[0]", "[?(@.State == 'available' && @.Public == true)]"),
    "{{ look.Image }}",
  ),
  good: describe(
    image.replace("[0]", "[?(@.State == 'available')]").replace("Type: String", "Type: StringList"),
    "{{ look.Image }}",
  ),
  message: "one comparison",
});
example("REF10", {
  says: "the document's outputs are outputs of steps",
  bad: `outputs: [Image]\n${describe(image, "{{ look.Image }}")}`,
  good: `outputs: [look.Image]\n${describe(image, "{{ look.Image }}")}`,
  line: 1,
});
const stopping = (type: string) => `parameters: {Instances: {type: ${type}}}
mainSteps:
- {name: stop, action: "aws:changeInstanceState", inputs: {InstanceIds: "{{ Instances }}", DesiredState: stopped}, isEnd: true}`;
example("REF11", {
  says: "a map is no list of instances, a text becomes one",
  bad: stopping("StringMap"),
  good: stopping("String"),
});
const imaged = (type: string) => `parameters: {Still: {type: ${type}}}
mainSteps:
- {name: make, action: "aws:createImage", inputs: {InstanceId: i-1, ImageName: n, NoReboot: "{{ Still }}"}, isEnd: true}`;
example("REF11", {
  says: "a text becomes no truth value for an input",
  bad: imaged("String"),
  good: imaged("Boolean"),
  message: "NoReboot takes Boolean, and Still is String",
});
const invoked = (output: string) => `mainSteps:
- {name: ask, action: "aws:invokeLambdaFunction", inputs: {FunctionName: f}, nextStep: use}
- {name: use, action: "aws:deleteImage", inputs: {ImageId: "{{ ask.${output} }}"}, isEnd: true}`;
example("REF16", {
  says: "what a function returned may be an id, its status code is none",
  bad: invoked("StatusCode"),
  good: invoked("Payload"),
});
const choosing = (type: string, is: string, more = "") => `parameters: {P: {type: ${type}${more}}}
mainSteps:
- name: pick
  action: aws:branch
  inputs:
    Choices: [{Variable: "{{ P }}", ${is}, NextStep: a}]
  isEnd: true
- {name: a, action: "aws:deleteImage", inputs: {ImageId: ami-1}, isEnd: true}`;
example("REF12", {
  says: "BooleanEquals compares Booleans",
  bad: choosing("String", "BooleanEquals: true"),
  good: choosing("Boolean", "BooleanEquals: true"),
});
example("REF13", {
  says: "a choice for a value that the parameter never has is never taken",
  bad: choosing("String", "StringEquals: Restor", ", allowedValues: [Contain, Restore]"),
  good: choosing("String", "StringEquals: Restore", ", allowedValues: [Contain, Restore]"),
});
const variable = (name: string, value: string) => `variables: {Count: {type: Integer, default: 1}}
mainSteps:
- {name: set, action: "aws:updateVariable", inputs: {Name: "${name}", Value: "${value}"}, nextStep: use}
- {name: use, action: "aws:deleteImage", inputs: {ImageId: "ami-{{ variable:Count }}"}, isEnd: true}`;
example("REF14", {
  says: "an update names a declared variable",
  bad: variable("variable:Cont", "2"),
  good: variable("variable:Count", "2"),
  message: "did you mean Count?",
});

const named = (type: string) => `parameters: {P: {type: ${type}}}
mainSteps:
- {name: a, action: "aws:createImage", inputs: {InstanceId: i-1, ImageName: "of {{ P }}"}, isEnd: true}`;
example("REF15", {
  says: "a map in the middle of a name is pointed out",
  bad: named("StringMap"),
  good: named("StringList"),
});
const imaging = (type: string) => `parameters: {P: {type: "${type}"}}
mainSteps:
- {name: a, action: "aws:createImage", inputs: {InstanceId: "{{ P }}", ImageName: x}, isEnd: true}`;
example("REF16", {
  says: "an instance's id is no bucket's name",
  bad: imaging("AWS::S3::Bucket::Name"),
  good: imaging("AWS::EC2::Instance::Id"),
});
const turning = (inside: string, after: string) => `mainSteps:
- name: turn
  action: aws:loop
  inputs:
    Iterators: [x]
    Steps:
    - {name: inner, action: "aws:deleteImage", inputs: {ImageId: "${inside}"}}
  nextStep: after
- {name: after, action: "aws:deleteImage", inputs: {ImageId: "${after}"}, isEnd: true}`;
example("REF03", {
  says: "a loop's current value is for its own steps",
  bad: turning("ami-1", "{{ turn.CurrentIteratorValue }}"),
  good: turning("{{ turn.CurrentIteratorValue }}", "ami-1"),
  line: 9,
  message: "only for the steps inside it",
});
example("REF01", {
  says: "a variable that is referred to as a parameter is recognized",
  bad: variable("variable:Count", "2").replace("variable:Count }}", "Count }}"),
  good: variable("variable:Count", "2"),
  message: "did you mean {{ variable:Count }}?",
});
example("REF13", {
  says: "so is one by another comparison of texts",
  bad: choosing("String", "StartsWith: Rest", ", allowedValues: [Contain, Release]"),
  good: choosing("String", "EqualsIgnoreCase: RELEASE", ", allowedValues: [Contain, Release]"),
});
example("REF14", {
  says: "a value that is written out has the variable's type",
  bad: variable("variable:Count", "two"),
  good: variable("variable:Count", "2"),
  message: "not an integer",
});

const stored = (role: string, id: string) => `assumeRole: "${role}"
parameters:
  Image: {type: String, default: "{{ssm:/images/latest}}"}
  Role: {type: String}
mainSteps:
- {name: a, action: "aws:deleteImage", inputs: {ImageId: "${id}"}, isEnd: true}`;
example("REF17", {
  says: "a step does not refer to Parameter Store itself",
  bad: stored("{{ Role }}", "{{ Image }}{{ ssm:/images/latest }}"),
  good: stored("{{ Role }}", "{{ Image }}"),
  message: "Make it the default of a parameter",
});
example("REF17", {
  says: "assumeRole does not refer to Parameter Store",
  bad: stored("{{ Role }}{{ ssm:/role }}", "{{ Image }}"),
  good: stored("{{ Role }}", "{{ Image }}"),
  message: "{{ ssm:/role }} can't stand here",
});
