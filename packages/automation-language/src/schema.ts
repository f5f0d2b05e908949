import { type ActionSpec, actions, type InputSpec, operators } from "./actions.ts";
import { plainTypes } from "./types.ts";

type Schema = Readonly<Record<string, unknown>>;

/** A value in which references stand, `{{ … }}`: what it holds is known when the automation runs. */
const REFERENCE = "\\{\\{[\\s\\S]*\\}\\}";

const reference: Schema = { type: "string", pattern: REFERENCE };
const orReference = (schema: Schema): Schema => ({ anyOf: [schema, reference] });
const ref = (name: string): Schema => ({ $ref: `#/definitions/${name}` });
const strict = (properties: Readonly<Record<string, unknown>>, ...required: string[]): Schema => ({
  type: "object",
  properties,
  additionalProperties: false,
  ...(required.length === 0 ? {} : { required }),
});

/** JSON forms of an input's type. Automation takes "true" for true and "3" for 3. */
const forms: Readonly<Record<InputSpec["type"], Schema>> = {
  Any: {},
  String: { type: ["string", "number", "boolean"] },
  StringList: orReference({ type: "array" }),
  Integer: { anyOf: [{ type: "integer" }, { type: "string", pattern: `^-?\\d+$|${REFERENCE}` }] },
  Boolean: {
    anyOf: [{ type: "boolean" }, { type: "string", pattern: `^([Tt]rue|[Ff]alse)$|${REFERENCE}` }],
  },
  MapList: orReference({ type: "array", items: orReference({ type: "object" }) }),
  StringMap: orReference({ type: "object" }),
  Choices: { type: "array", minItems: 1, items: ref("choice") },
  Condition: ref("condition"),
  Steps: { type: "array", minItems: 1, items: ref("step") },
};

/** The schema of an input's value. */
function inputSchema(input: InputSpec): Schema {
  if (input.values !== undefined) return orReference({ enum: input.values });
  if (input.pattern !== undefined)
    return orReference({
      type: ["string", "integer"],
      pattern: input.pattern,
      description: "a number or a share such as 10%",
    });
  if (!input.filled) return forms[input.type];
  const items = input.type === "MapList" ? orReference({ type: "object" }) : {};
  return orReference({
    type: "array",
    items,
    minItems: 1,
    description: "a list that is not empty",
  });
}

function inputsSchema(action: ActionSpec): Schema {
  const required = Object.entries(action.inputs).flatMap(([name, input]) =>
    input.required ? [name] : [],
  );
  return {
    type: "object",
    properties: Object.fromEntries(
      Object.entries(action.inputs).map(([name, input]) => [name, inputSchema(input)]),
    ),
    ...(action.passesInputs ? {} : { additionalProperties: false }),
    ...(required.length === 0 ? {} : { required }),
  };
}

const operands: Readonly<Record<"String" | "Number" | "Boolean", Schema>> = {
  String: { type: ["string", "number", "boolean"] },
  Number: orReference({
    type: ["number", "string"],
    pattern: `^-?[0-9.]+$|${REFERENCE}`,
    description: "a number",
  }),
  Boolean: forms.Boolean,
};

const conditionProperties = {
  Variable: { type: "string", minLength: 1 },
  ...Object.fromEntries(Object.entries(operators).map(([name, kind]) => [name, operands[kind]])),
  // How many there must be, SCHEMA04 says.
  And: { type: "array", items: ref("condition") },
  Or: { type: "array", items: ref("condition") },
  Not: ref("condition"),
};

const parameter = {
  type: { type: "string" },
  description: { type: "string" },
  default: {},
  allowedValues: { type: "array", minItems: 1 },
  allowedPattern: { type: "string" },
  displayType: { enum: ["textfield", "textarea"] },
  minItems: { type: "integer", minimum: 0 },
  maxItems: { type: "integer", minimum: 0 },
  minChars: { type: "integer", minimum: 0 },
  maxChars: { type: "integer", minimum: 0 },
};

const target = "^(Abort|Continue|step:[a-zA-Z0-9_]+)$";
const seconds: Schema = {
  anyOf: [
    { type: "integer", minimum: 1, description: "an integer from 1" },
    { type: "string", pattern: `^[1-9]\\d*$|${REFERENCE}` },
  ],
};

const output = {
  Name: { type: "string" },
  Selector: { type: "string" },
  Type: { enum: plainTypes },
};

const stepProperties = {
  name: { type: "string" },
  action: { type: "string" },
  description: { type: "string" },
  inputs: { type: "object" },
  outputs: {
    type: "array",
    items: strict(output, "Name", "Selector"),
  },
  maxAttempts: seconds,
  timeoutSeconds: seconds,
  onFailure: {
    type: "string",
    pattern: target,
    description: "Abort, Continue or step:NAME",
  },
  onCancel: {
    type: "string",
    pattern: "^(Abort|step:[a-zA-Z0-9_]+)$",
    description: "Abort or step:NAME",
  },
  isEnd: forms.Boolean,
  isCritical: forms.Boolean,
  nextStep: { type: "string" },
};

const step: Schema = {
  ...strict(stepProperties, "name", "action"),
  allOf: Object.entries(actions).map(([name, action]) => ({
    if: { properties: { action: { const: name } }, required: ["action"] },
    // biome-ignore lint/suspicious/noThenProperty: `then` is a keyword of JSON Schema
    then: {
      properties: { inputs: inputsSchema(action) },
      ...(name === "aws:pause" ? {} : { required: ["inputs"] }),
    },
  })),
};

const documentProperties = {
  description: { type: "string" },
  schemaVersion: { const: "0.3" },
  assumeRole: { type: "string" },
  parameters: { type: "object", additionalProperties: strict(parameter, "type") },
  variables: {
    type: "object",
    additionalProperties: strict(parameter, "type"),
  },
  mainSteps: { type: "array", minItems: 1, items: ref("step") },
  outputs: { type: "array", items: { type: "string" } },
  files: {
    type: "object",
    additionalProperties: strict(
      {
        checksums: strict({
          sha256: {
            type: "string",
            pattern: "^[0-9a-fA-F]{64}$",
            description: "64 hexadecimal digits",
          },
        }),
      },
      "checksums",
    ),
  },
  // A change template is a document with these besides.
  emergencyChange: forms.Boolean,
  autoApprovable: forms.Boolean,
  executableRunBooks: {
    type: "array",
    items: strict({ name: { type: "string" }, version: { type: ["string", "integer"] } }, "name"),
  },
  templateInformation: { type: "string" },
};

/**
 * The JSON schema of an Automation document, schemaVersion 0.3, strict: a key that AWS does not know
 * is an error. Names of actions and types are checked by their own rules, which can suggest one.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-syntax-data-elements-parameters.html
 */
export const schema: Schema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  ...strict(documentProperties, "schemaVersion", "mainSteps"),
  definitions: {
    step,
    condition: strict(conditionProperties),
    choice: strict({ ...conditionProperties, NextStep: { type: "string" } }, "NextStep"),
  },
};

/** The keys of the parts of a document, as AWS spells them. */
export const knownKeys = {
  document: Object.keys(documentProperties),
  step: Object.keys(stepProperties),
  output: Object.keys(output),
  parameter: Object.keys(parameter),
} as const;
