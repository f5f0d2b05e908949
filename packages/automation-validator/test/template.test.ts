import { describe, expect, it } from "vitest";
import { checkDocument } from "../src/check.ts";

const found = async (text: string, file = "template.yaml") =>
  (await checkDocument(text, { file })).map(
    ({ id, line, column, path }) => `${line}:${column} ${id} ${path}`,
  );

const resource = (content: string, more = "") => `AWSTemplateFormatVersion: '2010-09-09'
Parameters:
  Role: {Type: String}
Resources:
  Runbook:
    Type: AWS::SSM::Document
    Properties:
      DocumentType: Automation
${more}      Content:${content}
`;

const text = (indent: string, action = "aws:pause") =>
  ["schemaVersion: '0.3'", "mainSteps:", "  - name: a", `    action: ${action}`, "    inputs: {}"]
    .map((line) => `${indent}${line}`)
    .join("\n");

describe("a document in a CloudFormation template is found at the template's line", () => {
  it("as an object", async () => {
    expect(await found(resource(`\n${text("        ", "aws:paus")}`))).toEqual([
      "13:21 SCHEMA02 /Resources/Runbook/Properties/Content/mainSteps/0/action",
    ]);
  });

  it("as YAML text", async () => {
    expect(await found(resource(` |\n${text("        ", "aws:paus")}`))).toEqual([
      "13:21 SCHEMA02 /Resources/Runbook/Properties/Content/mainSteps/0/action",
    ]);
  });

  it("as text that CloudFormation fills in", async () => {
    const content = ` !Sub |\n        assumeRole: \${Role}\n${text("        ", "aws:paus")}`;
    expect(await found(resource(content))).toEqual([
      "14:21 SCHEMA02 /Resources/Runbook/Properties/Content/mainSteps/0/action",
    ]);
  });

  it("as JSON text in a template of JSON, as CDK writes it", async () => {
    const content = JSON.stringify({
      schemaVersion: "0.3",
      mainSteps: [{ name: "a", action: "aws:paus", inputs: {} }],
    });
    const template = (Content: unknown) =>
      JSON.stringify(
        {
          Resources: {
            R: { Type: "AWS::SSM::Document", Properties: { DocumentType: "Automation", Content } },
          },
        },
        null,
        2,
      );
    expect(await found(template(content), "x.template.json")).toHaveLength(1);
    expect(await found(template(JSON.parse(content)), "x.template.json")).toEqual([
      "12:25 SCHEMA02 /Resources/R/Properties/Content/mainSteps/0/action",
    ]);
    const joined = { "Fn::Join": ["", [content.slice(0, 30), content.slice(30)]] };
    expect(await found(template(joined), "x.template.json")).toHaveLength(1);
  });

  it("with a syntax error of its own", async () => {
    expect(await found(resource(" |\n        mainSteps: ["))).toEqual(["10:20 SYNTAX01 "]);
  });
});

describe("in a template nothing is said of", () => {
  it.each([
    [
      "what intrinsic functions give",
      resource(
        `\n        schemaVersion: '0.3'\n        assumeRole: !GetAtt Role.Arn\n        mainSteps:\n          - name: !Sub "\${Role}Step"\n            action: aws:sleep\n            inputs: {Duration: !Ref Role}\n          - name: b\n            action: aws:executeAwsApi\n            inputs: {Service: !Ref Role, Api: {'Fn::If': [X, A, B]}}`,
      ),
    ],
    [
      "what Sub puts into text",
      resource(
        ` !Sub |\n        schemaVersion: '0.3'\n        mainSteps:\n          - name: a\n            action: aws:sleep\n            inputs: {Duration: "\${Role}"}\n            timeoutSeconds: \${Role}`,
      ),
    ],
    ["a Content that a function gives as a whole", resource(" {'Fn::Transform': {Name: x}}")],
    [
      "documents of other kinds",
      resource("\n        schemaVersion: '2.2'\n        mainSteps: []").replace(
        "DocumentType: Automation",
        "DocumentType: Command",
      ),
    ],
    [
      "other resources",
      "Resources:\n  B: {Type: 'AWS::S3::Bucket'}\n  # AWS::SSM::Document is none of them\n",
    ],
  ])("%s", async (_, template) => {
    expect(await found(template)).toEqual([]);
  });
});
