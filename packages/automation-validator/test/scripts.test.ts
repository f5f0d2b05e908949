import { expect, test } from "vitest";
import { example, findingsOf, scripted } from "./example.ts";

const returning = (value: string) => `def handler(events, context):\n    return ${value}\n`;
const reading = (expression: string, before = "") =>
  `${before}def handler(events, context):\n    return {"X": ${expression}}\n`;

example("SCRIPT01", {
  says: "a script is Python, and the line is that of the document",
  bad: scripted("def handler(events, context):\n    return {"),
  good: scripted(returning("None")),
  line: 11,
});
example("SCRIPT02", {
  says: "the handler is a function of the script",
  bad: scripted(returning("None"), { Handler: "handle" }),
  good: scripted(returning("None")),
  message: "did you mean handler?",
});
example("SCRIPT01", {
  says: "what Python's grammar takes and its compiler does not is told as well",
  bad: scripted("def handler(events, context):\n    print(1)\nreturn {}\n"),
  good: scripted("def handler(events, context):\n    print(1)\n    return {}\n"),
  line: 12,
});
example("SCRIPT02", {
  says: "a handler is no coroutine",
  bad: scripted(`async ${returning("None")}`),
  good: scripted(returning("None")),
  message: "nobody awaits",
});
example("SCRIPT02", {
  says: "the handler takes events and context",
  bad: scripted("def handler(events):\n    return None\n"),
  good: scripted("def handler(events, context=None):\n    return None\n"),
});
example("SCRIPT03", {
  says: "the runtime is still there",
  bad: scripted(returning("None"), { Runtime: "python3.8" }),
  good: scripted(returning("None"), { Runtime: "python3.12" }),
});
example("SCRIPT04", {
  says: "what the handler reads is given",
  bad: scripted(reading('str(events["Id"])'), { InputPayload: { ID: "i-1" } }),
  good: scripted(reading('str(events["Id"])'), { InputPayload: { Id: "i-1" } }),
  message: "reads Id",
});
example("SCRIPT04", {
  says: "reads in helper functions count, whatever their names are",
  bad: scripted(
    'def a(b, c):\n    return str(b["Id"]) + c\n\ndef handler(d, e):\n    return {"X": a(d, "x")}\n',
    {
      InputPayload: {},
    },
  ),
  good: scripted(
    'def a(b, c):\n    return str(b.get("Id")) + c\n\ndef handler(d, e):\n    return {"X": a(d, "x")}\n',
    {
      InputPayload: {},
    },
  ),
});
example("SCRIPT05", {
  says: "what is given is read",
  bad: scripted(reading('str(events["Id"])'), { InputPayload: { Id: "i-1", More: "x" } }),
  good: scripted(reading("str(events)"), { InputPayload: { Id: "i-1", More: "x" } }),
  message: "never reads More",
});
test.each([
  ["update", "    known = {}\n    known.update(events)\n    return {'X': known['More']}"],
  ["dict()", "    known = dict(events)\n    return {'X': known['More']}"],
  ["{**}", "    known = {**events}\n    return {'X': known['More']}"],
  ["|", "    known = {} | events\n    return {'X': known['More']}"],
  ["del", "    known = {'a': 1}\n    del known[events['More']]\n    return {}"],
  [
    "except*",
    "    try:\n        pass\n    except* ValueError:\n        print(events['More'])\n    return {}",
  ],
])("what a script reads by %s counts as read", async (_, body) => {
  const text = scripted(`def handler(events, context):\n${body}\n`, {
    InputPayload: { More: "x" },
  });
  const findings = await findingsOf(text);
  expect(findings.filter(({ id }) => id === "SCRIPT05")).toEqual([]);
});
example("SCRIPT06", {
  says: "no reference stands in a script",
  bad: scripted(reading('"{{ global:REGION }}"')),
  good: scripted(reading('events["Region"]'), { InputPayload: { Region: "{{ global:REGION }}" } }),
});
example("SCRIPT07", {
  says: "a script that starts processes is pointed out",
  bad: scripted(`import subprocess\n${reading('subprocess.run(["id"], check=True).returncode')}`),
  good: scripted(`import json\n${reading("json.dumps([])")}`),
});
const ec2 = (made: string, helper = "") =>
  `import boto3\n${helper}def handler(events, context):\n    ${made}\n    return {}\n`;
example("SCRIPT08", {
  says: "a client has the method",
  bad: scripted(ec2('boto3.client("ec2").describe_instance()')),
  good: scripted(ec2('boto3.client("ec2").describe_instances()')),
  message: "did you mean describe_instances?",
});
const helper =
  "def client(name):\n    return boto3.client(name)\n\ndef insist(call, **parameters):\n    return call(**parameters)\n\n";
example("SCRIPT08", {
  says: "arguments are followed through helpers",
  bad: scripted(ec2('insist(client("ec2").stop_instances, InstanceId=["i-1"])', helper)),
  good: scripted(ec2('insist(client("ec2").stop_instances, InstanceIds=["i-1"])', helper)),
  message: "takes no InstanceId",
});
example("SCRIPT08", {
  says: "what can't be known is left alone",
  bad: scripted(ec2('getattr(boto3.client("ec2"), "stop_instance")()')),
  good: scripted(
    ec2('getattr(boto3.client("ec2"), events["Operation"])()').replace("return {}", "return {}"),
    { InputPayload: { Operation: "stop_instances" } },
  ),
});
const typed = (type: string) =>
  `parameters: {P: {type: ${type}}}\n${scripted(reading('"yes" if events["P"] == "a" else "no"'), { InputPayload: { P: "{{ P }}" } })}`;
example("SCRIPT09", {
  says: "a Boolean is not compared with a text",
  bad: typed("Boolean"),
  good: typed("String"),
  message: "as a text",
});
example("SCRIPT09", {
  says: "a text is no map",
  bad: scripted(reading('str(events["Run"]["Id"])'), { InputPayload: { Run: "i-1" } }),
  good: scripted(reading('str(events["Run"]["Id"])'), { InputPayload: { Run: { Id: "i-1" } } }),
});
const selecting = (script: string, selector: string, type = "String", payload = {}) =>
  scripted(
    script,
    { InputPayload: payload },
    { outputs: [{ Name: "Y", Selector: selector, Type: type }] },
  ).replace("mainSteps:", "outputs: [run.Y]\nmainSteps:");
example("SCRIPT10", {
  says: "an output is a key that the handler returns",
  bad: selecting(returning('{"State": "x"}'), "$.Payload.Stat"),
  good: selecting(returning('{"State": "x"}'), "$.Payload.State"),
  message: "did you mean State?",
});
example("SCRIPT10", {
  says: "what a script returns is below Payload",
  bad: selecting(returning('{"State": "x"}'), "$.State"),
  good: selecting(returning("dict(events)"), "$.Payload.State"),
});
example("SCRIPT10", {
  says: "a handler that hands its events back returns what it gets",
  bad: selecting(returning("events"), "$.Payload.Stat", "String", { State: "x" }),
  good: selecting(returning("events"), "$.Payload.State", "String", { State: "x" }),
});
example("SCRIPT10", {
  says: "what break and continue carry out of a loop is returned too",
  bad: selecting(
    'def handler(events, context):\n    for n in [1, 2]:\n        if n == 2:\n            found = {"State": "x"}\n            break\n        found = {}\n    return found\n',
    "$.Payload.Stat",
  ),
  good: selecting(
    'def handler(events, context):\n    for n in [1, 2]:\n        if n == 2:\n            found = {"State": "x"}\n            break\n        found = {}\n    return found\n',
    "$.Payload.State",
  ),
});
example("SCRIPT10", {
  says: "what a part of a response that is returned holds is AWS's matter",
  bad: selecting(ec2('return {"Image": boto3.client("ec2").describe_images()}'), "$.Payload.Imag"),
  good: selecting(
    ec2('return {"Image": boto3.client("ec2").describe_images()["Images"][0]}'),
    "$.Payload.Image.ImageId",
  ),
});
example("SCRIPT05", {
  says: "a match reads the keys of its patterns",
  bad: scripted(
    'def handler(events, context):\n    match context:\n        case {"Id": _}:\n            return {}\n    return {}\n',
    { InputPayload: { Id: "i-1" } },
  ),
  good: scripted(
    'def handler(events, context):\n    match events:\n        case {"Id": _}:\n            return {}\n    return {}\n',
    { InputPayload: { Id: "i-1" } },
  ),
});
example("SCRIPT11", {
  says: "a map that is returned does not become a text",
  bad: selecting(returning('{"State": {"Name": "x"}}'), "$.Payload.State"),
  good: selecting(returning('{"State": {"Name": "x"}}'), "$.Payload.State", "StringMap"),
});
const choosing = (value: string) => `schemaVersion: "0.3"
mainSteps:
- name: run
  action: aws:executeScript
  inputs:
    Runtime: python3.11
    Handler: handler
    Script: |
      def handler(events, context):
          if context:
              return {"State": "good"}
          return {"State": "bad"}
  outputs: [{Name: State, Selector: $.Payload.State, Type: String}]
  nextStep: pick
- name: pick
  action: aws:branch
  inputs:
    Choices: [{Variable: "{{ run.State }}", StringEquals: ${value}, NextStep: a}]
  isEnd: true
- {name: a, action: "aws:deleteImage", inputs: {ImageId: ami-1}, isEnd: true}`;
example("SCRIPT12", {
  says: "a choice for a text that the script never returns is never taken",
  bad: choosing("godo"),
  good: choosing("good"),
  line: 18,
});
const passing = (key: string) => `schemaVersion: "0.3"
mainSteps:
- name: make
  action: aws:executeScript
  inputs:
    Runtime: python3.11
    Handler: handler
    Script: |
      def handler(events, context):
          return {"Run": {"Bucket": "b", "Key": "k"}}
  outputs: [{Name: Run, Selector: $.Payload.Run, Type: StringMap}]
  nextStep: use
- name: use
  action: aws:executeScript
  inputs:
    Runtime: python3.11
    Handler: handler
    InputPayload: {Run: "{{ make.Run }}"}
    Script: |
      def handler(events, context):
          run = events["Run"]
          return {"X": run["${key}"]}
  isEnd: true`;
example("SCRIPT13", {
  says: "keys of a map are those that the earlier script returned",
  bad: passing("Bucke"),
  good: passing("Bucket"),
  line: 22,
});
example("SCRIPT14", {
  says: "an attachment is one of the document's files",
  bad: `mainSteps:\n- {name: a, action: "aws:executeScript", inputs: {Runtime: python3.11, Handler: a.handler, Attachment: a.zip}, isEnd: true}`,
  good: `files: {a.zip: {checksums: {sha256: ${"ab".repeat(32)}}}}\nmainSteps:\n- {name: a, action: "aws:executeScript", inputs: {Runtime: python3.11, Handler: a.handler, Attachment: a.zip}, isEnd: true}`,
});
example("SCRIPT15", {
  says: "scripts that call AWS need a role",
  bad: scripted(ec2('boto3.client("ec2").describe_instances()')).replace(/assumeRole.*\n/, ""),
  good: scripted(ec2("pass")).replace(/assumeRole.*\n/, ""),
});

const stops = scripted(ec2('boto3.client("ec2").stop_instances(InstanceIds=["i-1"])'));
example("PERM01", {
  says: "a step declares what its script calls",
  bad: stops,
  good: stops,
  permissions: { run: [] },
  goodPermissions: { run: ["ec2:StopInstances"] },
  message: "ec2:StopInstances",
});
const api = `mainSteps:\n- {name: run, action: "aws:executeAwsApi", inputs: {Service: s3, Api: HeadObject, Bucket: b, Key: k}, isEnd: true}`;
example("PERM01", {
  says: "S3's operations and actions have different names",
  bad: api,
  good: api,
  permissions: { run: ["s3:HeadObject"] },
  goodPermissions: { run: ["s3:GetObject"] },
});
example("PERM02", {
  says: "a step declares nothing that it does not call",
  bad: stops,
  good: scripted(ec2('getattr(boto3.client("ec2"), str(context))()')),
  permissions: { run: ["ec2:StopInstances", "ec2:TerminateInstances"] },
  message: "ec2:TerminateInstances",
});
const sliced = scripted(
  ec2('(boto3.client("ec2"), "i-1", None)[0:-1][0].stop_instances(InstanceIds=["i-1"])'),
);
example("PERM01", {
  says: "a part of a tuple holds what stood there",
  bad: sliced,
  good: sliced,
  permissions: { run: [] },
  goodPermissions: { run: ["ec2:StopInstances"] },
  message: "ec2:StopInstances",
});
const together = scripted(
  `import boto3
from concurrent.futures import ThreadPoolExecutor

def together(*calls):
    with ThreadPoolExecutor(4) as pool:
        return [*pool.map(lambda call: call[0](*call[1:]), calls)]

def handler(events, context):
    ec2, rds = boto3.client("ec2"), boto3.client("rds")
    def stop(api, name):
        api.stop_instances(InstanceIds=[name])
    together((stop, ec2, "i-1"), (rds.describe_db_instances,), *((ec2.describe_volumes, each) for each in "a"))
`,
);
example("PERM02", {
  says: "functions that are called out of tuples, side by side, are called with what stands beside them",
  bad: together,
  good: together,
  permissions: { run: ["ec2:StopInstances", "rds:StopDBInstance"] },
  goodPermissions: { run: ["ec2:DescribeVolumes", "ec2:StopInstances", "rds:DescribeDBInstances"] },
  message: "rds:StopDBInstance",
});
example("PERM03", {
  says: "permissions are declared for steps that exist",
  bad: stops,
  good: stops,
  permissions: { ran: ["ec2:StopInstances"], run: ["ec2:StopInstances"] },
  goodPermissions: { run: ["ec2:StopInstances"] },
  message: "did you mean run?",
});

const stopping = (type: string) =>
  `parameters: {Ids: {type: ${type}}}\n${scripted(ec2('boto3.client("ec2").stop_instances(InstanceIds=events["Ids"])'), { InputPayload: { Ids: "{{ Ids }}" } })}`;
example("SCRIPT16", {
  says: "boto3 takes no text for a list",
  bad: stopping("String"),
  good: stopping("StringList"),
});
const merging = (key: string) =>
  scripted(
    `def handler(events, context):\n    events |= events["More"]\n    return {"X": str(events["${key}"])}\n`,
    {
      InputPayload: { Id: "i-1", More: { Key: "k" } },
    },
  );
example("SCRIPT04", {
  says: "a key that a merged map may have is not missed, one that is written is not either",
  bad: scripted(
    'def handler(events, context):\n    events["A"] = 1\n    return {"X": str(events["B"] + events["A"])}\n',
  ),
  good: merging("Key").replace('str(events["Key"])', 'str(events["Key"] + events["Id"])'),
});

const groups = (expression: string) =>
  scripted(
    `import boto3\n\ndef handler(events, context):\n    found = boto3.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]\n    return {"X": [${expression} for group in found]}\n`,
  );
example("SCRIPT17", {
  says: "a member of a response exists",
  bad: groups('group["MinSze"]'),
  good: groups('group["MinSize"]'),
  message: "did you mean MinSize?",
});
example("SCRIPT17", {
  says: "what a script itself puts into a response it may read",
  bad: groups('[tag["Name"] for tag in group.get("Tags", [])]'),
  good: groups('[group.update(Mine=1), group["Mine"]]'),
  message: "there are ResourceId",
});
const tagged = scripted(
  ec2('boto3.client("s3").put_object(Bucket="b", Key="k", Body=b"", Tagging="a=b")'),
);
example("PERM01", {
  says: "tags given along need an action of their own",
  bad: tagged,
  good: tagged,
  permissions: { run: ["s3:PutObject"] },
  goodPermissions: { run: ["s3:PutObject", "s3:PutObjectTagging"] },
});

example("SCRIPT10", {
  says: "what a script keeps in a global name, or changes by another name, is not missed",
  bad: selecting(
    "kept = None\n\ndef work():\n    kept = {'State': 'x'}\n    return kept\n\ndef handler(events, context):\n    return {'Kept': work()['State']}\n",
    "$.Payload.State",
  ),
  good: selecting(
    "kept = {}\n\ndef work():\n    global kept\n    kept = {'A': 'x'}\n\ndef handler(events, context):\n    work()\n    same = kept\n    same |= {'State': f'{{{context}}}'}\n    return kept\n",
    "$.Payload.State",
  ),
});
example("SCRIPT08", {
  says: "boto3's own methods of S3 clients are known",
  bad: scripted(ec2('boto3.client("s3").upload_fil("a", "b", "c")')),
  good: scripted(ec2('boto3.client("s3").upload_file("a", "b", "c")')),
});

const powerShell = (handler: string) =>
  `mainSteps:\n- {name: a, action: "aws:executeScript", inputs: {Runtime: PowerShell 7.4, ${handler}Script: "return 1"}, isEnd: true}`;
example("SCRIPT02", {
  says: "PowerShell has no handlers",
  bad: powerShell("Handler: main, "),
  good: powerShell(""),
});

example("SCRIPT18", {
  says: "a forgotten import is seen, wherever the name stands",
  bad: scripted(
    "import json\n\n\ndef handler(events, context):\n    return json.dumps(os.environ)\n",
  ),
  good: scripted("import os\n\n\ndef handler(events, context):\n    return str(os.environ)\n"),
  line: 14,
  message: "uses os",
});
example("SCRIPT18", {
  says: "JSON's words are none of Python's",
  bad: scripted(returning('{"X": true}')),
  good: scripted(returning('{"X": True}')),
  message: "did you mean True?",
});
example("SCRIPT18", {
  says: "names of functions, classes, comprehensions, patterns, handlers of exceptions and globals count",
  bad: scripted(
    "class A:\n    x = 1\n    def get(self):\n        return x\n\ndef handler(events, context):\n    return A().get()\n",
  ),
  good: scripted(
    "from __future__ import annotations\n\ndef late() -> Later:\n    global made\n    made = 1\n    return [a + b for a in [1] for b in [a]]\n\nclass Later:\n    x = 1\n    y = x\n    def get(self, z=x):\n        return __class__, __name__, z\n\ndef handler(events, context):\n    try:\n        late()\n    except ValueError as e:\n        print(e)\n    match made:\n        case [first, *rest] if first:\n            return first, rest\n        case {'k': v, **more}:\n            return v, more\n    with open('x') as f:\n        print(f, (n := 1), n, lambda q: q)\n    return Later().get()\n",
  ),
  line: 13,
});
const entries = (type: string) =>
  scripted(reading('[rule["Cidr"] for rule in events["Rules"]]'), {
    InputPayload: { Rules: "{{ Rules }}" },
  }).replace("mainSteps", `parameters: {Rules: {type: ${type}}}\nmainSteps`);
example("SCRIPT09", {
  says: "entries of a list of texts have no keys",
  bad: entries("StringList"),
  good: entries("MapList"),
  message: "they are texts",
});

const tagging = (tags: string) =>
  scripted(
    `import boto3\ndef handler(events, context):\n    ec2 = boto3.client("ec2")\n    ec2.create_tags(Resources=["i-1"], Tags=${tags})\n`,
  );
example("SCRIPT19", {
  says: "the members of an argument are spelt as AWS does",
  bad: tagging('[{"name": "x", "value": "y"}]'),
  good: tagging('[{"Key": "x", "Value": "y"}]'),
  message: "Tags[] has no member value, did you mean Value?",
});
example("SCRIPT19", {
  says: "an argument has the form that the operation takes",
  bad: tagging('{"Key": "x", "Value": "y"}'),
  good: tagging('[{"Key": name, "Value": "y"} for name in ("a", "b")]'),
  message: "Tags must be a list, not a map",
});
example("SCRIPT19", {
  says: "boto3 makes no text of a number",
  bad: tagging('[{"Key": "x", "Value": 1}]'),
  good: tagging('[{"Key": "x", "Value": str(1)}]'),
  message: "Tags[].Value must be a string, not 1",
});
test("a wrong handler's name does not hide what else is wrong", async () => {
  const found = await findingsOf(
    scripted(
      'import boto3\ndef handler(events, context):\n    return boto3.client("ec2").describe_instance()\n',
      { Handler: "handle" },
    ),
  );
  expect(found.map(({ id }) => id)).toEqual(["SCRIPT02", "SCRIPT08"]);
});
