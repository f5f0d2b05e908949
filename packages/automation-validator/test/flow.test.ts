import { example } from "./example.ts";

const step = (name: string, rest = "isEnd: true") =>
  `- {name: ${name}, action: "aws:deleteImage", inputs: {ImageId: ami-1}${rest && `, ${rest}`}}`;
const steps = (...list: string[]) => `mainSteps:\n${list.join("\n")}`;

example("FLOW01", {
  says: "a name is used once",
  bad: steps(step("a", "nextStep: a"), step("a")),
  good: steps(step("a", "nextStep: b"), step("b")),
  line: 3,
});
example("FLOW02", {
  says: "a jump leads to a step",
  bad: steps(step("first", "nextStep: secnd"), step("second")),
  good: steps(step("first", "nextStep: second"), step("second")),
  message: "did you mean second?",
});
example("FLOW02", {
  says: "onFailure leads to a step",
  bad: steps(step("a", "onFailure: 'step:c', nextStep: b"), step("b")),
  good: steps(step("a", "onFailure: 'step:b', nextStep: b"), step("b")),
});
const loop = (inner: string, before: string) => `variables: {}
mainSteps:
- {name: before, action: "aws:sleep", inputs: {Duration: PT1S}, ${before}}
- name: turn
  action: aws:loop
  inputs:
    Iterators: [x, y]
    Steps:
    - {name: first, action: "aws:sleep", inputs: {Duration: PT1S}, ${inner}}
    - {name: last, action: "aws:sleep", inputs: {Duration: PT1S}}
- {name: after, action: "aws:sleep", inputs: {Duration: PT1S}}`;
example("FLOW02", {
  says: "a loop is entered at its first step, and left for any step outside",
  bad: loop("onFailure: 'step:after'", "nextStep: last"),
  good: loop("onFailure: 'step:after'", "nextStep: turn"),
  message: "stands inside a loop",
});
example("FLOW03", {
  says: "a step after isEnd needs a path that leads to it",
  bad: steps(step("a"), step("b")),
  good: steps(step("a", "onFailure: 'step:b', isEnd: true"), step("b")),
  line: 3,
});
const choose = (next: string) => `mainSteps:
- name: a
  action: aws:executeAwsApi
  inputs: {Service: eks, Api: DescribeCluster, name: mine}
  outputs: [{Name: State, Selector: $.cluster.status, Type: String}]
  nextStep: b
- name: b
  action: aws:branch
  inputs:
    Choices: [{Variable: "{{ a.State }}", StringEquals: CREATING, NextStep: a}]
    Default: ${next}
${step("c")}`;
example("FLOW04", {
  says: "a circle of steps has a way out",
  bad: choose("a").replace(step("c"), ""),
  good: choose("c"),
});
example("FLOW05", {
  says: "a step that ends goes nowhere",
  bad: steps(step("a", "isEnd: true, nextStep: b, onFailure: 'step:b'"), step("b")),
  good: steps(step("a", "nextStep: b, onFailure: 'step:b'"), step("b")),
});
example("FLOW06", {
  says: "nothing falls into what is there for failures",
  bad: steps(step("a", "onFailure: 'step:reportFailure'"), step("reportFailure")),
  good: steps(step("a", "onFailure: 'step:reportFailure', isEnd: true"), step("reportFailure")),
});
const five = (third: string) =>
  steps(
    step("a", "nextStep: b"),
    step("b", "nextStep: c"),
    step("c", third),
    step("d", "nextStep: e"),
    step("e", "nextStep: f"),
    step("f"),
  );
example("FLOW06", {
  says: "the one step that says nothing, where all others say where they go, is pointed out",
  bad: five("timeoutSeconds: 9"),
  good: five("nextStep: d"),
});
const cancelled = (action: string) => `mainSteps:
${step("a", "onCancel: 'step:b', isEnd: true")}
${step("b", "nextStep: c")}
- {name: c, ${action}, isEnd: true}`;
example("FLOW07", {
  says: "a cancelled run can't sleep",
  bad: cancelled(`action: "aws:sleep", inputs: {Duration: PT1S}`),
  good: cancelled(`action: "aws:deleteImage", inputs: {ImageId: ami-1}`),
  line: 2,
});
const updating = (more: string) => `variables: {V: {type: String, default: x}}
mainSteps:
- {name: a, action: "aws:updateVariable", inputs: {Name: "variable:V", Value: y}, ${more}}
- {name: b, action: "aws:deleteImage", inputs: {ImageId: "{{ variable:V }}"}, isEnd: true}`;
example("FLOW08", {
  says: "aws:updateVariable takes no onCancel",
  bad: updating("onCancel: 'step:b', nextStep: b"),
  good: updating("onFailure: 'step:b', nextStep: b"),
});
const twice = (second: string) => `parameters: {P: {type: String}}
mainSteps:
- name: a
  action: aws:branch
  inputs:
    Choices:
    - {Variable: "{{ P }}", StringEquals: x, NextStep: b}
    - {Variable: "{{ P }}", StringEquals: ${second}, NextStep: c}
  isEnd: true
${step("b")}
${step("c")}`;
example("FLOW09", {
  says: "a choice with an earlier choice's condition never wins",
  bad: twice("x"),
  good: twice("y"),
  line: 8,
});
const turns = (inputs: string) => `mainSteps:
- name: turn
  action: aws:loop
  inputs:
    ${inputs}
    Steps:
    - {name: inner, action: "aws:sleep", inputs: {Duration: PT1S}}
  isEnd: true`;
example("FLOW10", {
  says: "a loop needs something to go by",
  bad: turns("MaxIterations: 3"),
  good: turns("Iterators: [x]"),
});

example("FLOW11", {
  says: "a branch has two ways to go",
  bad: choose("a").replace(step("c"), ""),
  good: choose("c"),
});
example("FLOW12", {
  says: "a failure does not begin again from what had succeeded",
  bad: steps(step("a", "nextStep: b"), step("b", "onFailure: 'step:a', isEnd: true")),
  good: steps(step("a", "nextStep: b"), step("b", "onFailure: 'step:c', isEnd: true"), step("c")),
});
example("FLOW13", {
  says: "a circle is left by what changes inside it",
  bad: choose("c")
    .replace("{{ a.State }}", "{{ P }}")
    .replace("mainSteps", "parameters: {P: {type: String}}\noutputs: [a.State]\nmainSteps"),
  good: choose("c"),
});
const ends = (last: string) => `outputs: [a.ImageId, b.ImageId, c.ImageId]
parameters: {P: {type: String}}
mainSteps:
- name: pick
  action: aws:branch
  inputs:
    Choices:
    - {Variable: "{{ P }}", StringEquals: a, NextStep: a}
    - {Variable: "{{ P }}", StringEquals: b, NextStep: b}
    - {Variable: "{{ P }}", StringEquals: c, NextStep: c}
    Default: d
${["a", "b", "c"].map((name) => `- {name: ${name}, action: "aws:createImage", inputs: {InstanceId: i-1, ImageName: ${name}}, isEnd: true}`).join("\n")}
${last}`;
example("FLOW14", {
  says: "an end that alone gives no output is pointed out",
  bad: ends(step("d")),
  good: ends(step("d", "nextStep: a")),
});
example("FLOW06", {
  says: "one way of a branch of many does not fall into another",
  bad: ends(step("d", "nextStep: a")).replace("ImageName: b}, isEnd: true", "ImageName: b}"),
  good: ends(step("d", "nextStep: a")),
});
example("FLOW10", {
  says: "a hundred turns are the most, in whatever form the number is",
  bad: turns('Iterators: [x]\n    MaxIterations: "101"'),
  good: turns('Iterators: [x]\n    MaxIterations: "100"'),
});
const until = (variable: string) => `parameters: {P: {type: String}}
mainSteps:
- name: turn
  action: aws:loop
  inputs:
    LoopCondition: {Variable: "{{ ${variable} }}", StringEquals: x}
    MaxIterations: 3
    Steps:
    - {name: inner, action: "aws:executeAutomation", inputs: {DocumentName: "{{ P }}"}}
  isEnd: true`;
example("FLOW13", {
  says: "a loop looks at something that its steps change",
  bad: until("P"),
  good: until("inner.Status"),
});
example("FLOW12", {
  says: "a step that fails does not go to itself",
  bad: steps(step("a", "onFailure: 'step:a', isEnd: true")),
  good: steps(step("a", "maxAttempts: 3, isEnd: true")),
  message: "maxAttempts",
});
