/**
 * The parts of an Automation document, schemaVersion 0.3, as plain data. Nothing here knows of one
 * runbook. References to parameters and to outputs of steps are typed values, so that a name that
 * does not exist does not compile.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-documents.html
 */

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-syntax-data-elements-parameters.html */
export type ParameterType =
  | "String"
  | "StringList"
  | "Integer"
  | "Boolean"
  | "MapList"
  | "StringMap"
  | "AWS::EC2::Instance::Id"
  | "AWS::IAM::Role::Arn"
  | "AWS::S3::Bucket::Name";

export interface Parameter {
  readonly type: ParameterType;
  readonly description: string;
  readonly default?: string | boolean | number | readonly Json[];
  readonly allowedValues?: readonly (string | boolean)[];
  /** A Java regular expression that the whole value must match. */
  readonly allowedPattern?: string;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minChars?: number;
  readonly maxChars?: number;
}

export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json };

/** The types that a step's output may have. */
export type OutputType = "String" | "StringList" | "Integer" | "Boolean" | "StringMap" | "MapList";

/** `{{ name }}` in the document: a parameter, a step's output or a system variable. */
export interface Reference {
  readonly reference: string;
}

/** A reference to a value of the run that steps may change; it is there whatever steps ran. */
export type Variable = Reference & { readonly reference: `variable:${string}` };

/** What an input may hold: JSON in which a reference may stand anywhere. */
export type Value =
  | string
  | number
  | boolean
  | Reference
  | readonly Value[]
  | { readonly [key: string]: Value };

export interface Output {
  /** JSONPath into the step's result. */
  readonly selector: string;
  readonly type: OutputType;
}

/** One IAM action that a step needs, and what for, in words that a reviewer of the role reads. */
export type Permissions = Readonly<Record<string, string>>;

interface StepBase<Name extends string, Outputs extends Readonly<Record<string, Output>>> {
  readonly name: Name;
  /** Markdown for the console's step page. */
  readonly description: string;
  readonly outputs: Outputs;
  readonly permissions: Permissions;
  readonly timeoutSeconds?: number;
  readonly maxAttempts?: number;
}

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-executeScript.html */
export interface ScriptStep<
  N extends string = string,
  O extends Readonly<Record<string, Output>> = Readonly<Record<string, Output>>,
> extends StepBase<N, O> {
  readonly action: "aws:executeScript";
  readonly payload: Readonly<Record<string, Value>>;
  /** The folder under steps/ whose handler.py runs; the step's own name where it is left out. */
  readonly handlerOf?: string;
}

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-executeAwsApi.html */
export interface AwsApiStep<
  N extends string = string,
  O extends Readonly<Record<string, Output>> = Readonly<Record<string, Output>>,
> extends StepBase<N, O> {
  readonly action: "aws:executeAwsApi";
  readonly service: string;
  readonly api: string;
  readonly parameters: Readonly<Record<string, Value>>;
}

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-assertAwsResourceProperty.html */
export interface AssertStep<
  N extends string = string,
  O extends Readonly<Record<string, Output>> = Readonly<Record<string, Output>>,
> extends StepBase<N, O> {
  readonly action: "aws:assertAwsResourceProperty";
  readonly service: string;
  readonly api: string;
  readonly parameters: Readonly<Record<string, Value>>;
  readonly propertySelector: string;
  readonly desiredValues: readonly string[];
}

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-create.html */
export interface CreateImageStep<
  N extends string = string,
  O extends Readonly<Record<string, Output>> = Readonly<Record<string, Output>>,
> extends StepBase<N, O> {
  readonly action: "aws:createImage";
  readonly inputs: Readonly<{
    InstanceId: Value;
    ImageName: Value;
    ImageDescription?: Value;
    NoReboot?: Value;
  }>;
}

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-copyimage.html */
export interface CopyImageStep<
  N extends string = string,
  O extends Readonly<Record<string, Output>> = Readonly<Record<string, Output>>,
> extends StepBase<N, O> {
  readonly action: "aws:copyImage";
  readonly inputs: Readonly<{
    SourceRegion: Value;
    SourceImageId: Value;
    ImageName: Value;
    ImageDescription?: Value;
    Encrypted?: Value;
    KmsKeyId?: Value;
    ClientToken?: Value;
  }>;
}

/** One condition of a choice: a variable and exactly one operator. */
export interface Condition {
  readonly variable: Reference;
  readonly is: { readonly StringEquals: string } | { readonly BooleanEquals: boolean };
}

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-branch.html */
export interface BranchStep<N extends string = string, T extends string = string>
  extends StepBase<N, Readonly<Record<never, Output>>> {
  readonly action: "aws:branch";
  /** The first choice all of whose conditions hold wins. */
  readonly choices: readonly { readonly all: readonly Condition[]; readonly next: T }[];
  readonly defaultNext: T;
}

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-update-variable.html */
export interface UpdateVariableStep<N extends string = string>
  extends StepBase<N, Readonly<Record<never, Output>>> {
  readonly action: "aws:updateVariable";
  readonly variable: Variable;
  readonly value: Reference;
}

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-approve.html */
export interface ApproveStep<N extends string = string>
  extends StepBase<N, Readonly<Record<never, Output>>> {
  readonly action: "aws:approve";
  readonly inputs: Readonly<{
    NotificationArn: Value;
    Message: Value;
    MinRequiredApprovals: Value;
    Approvers: Value;
  }>;
}

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-executeAutomation.html */
export interface ExecuteAutomationStep<N extends string = string>
  extends StepBase<N, Readonly<Record<never, Output>>> {
  readonly action: "aws:executeAutomation";
  readonly inputs: Readonly<{
    DocumentName: Value;
    RuntimeParameters: Readonly<Record<string, Value>>;
  }>;
}

export type Step =
  | ApproveStep
  | ExecuteAutomationStep
  | UpdateVariableStep
  | ScriptStep
  | AwsApiStep
  | AssertStep
  | CreateImageStep
  | CopyImageStep
  | BranchStep;

/** A step together with typed references to what it puts out: `step.out.Name`. */
export type Defined<S extends Step> = S & {
  readonly out: { readonly [K in keyof S["outputs"]]: Reference };
};

/** Gives a step's definition the references by which later steps use its outputs. */
export function defineStep<const S extends Step>(step: S): Defined<S> {
  const out = Object.fromEntries(
    Object.keys(step.outputs).map((output) => [output, { reference: `${step.name}.${output}` }]),
  ) as { [K in keyof S["outputs"]]: Reference };
  return { ...step, out };
}

/** A text in which references stand: template`Evidence of ${parameter.InstanceId}`. */
export const template = (
  texts: TemplateStringsArray,
  ...references: readonly Reference[]
): string =>
  texts.reduce((text, next, at) => `${text}{{ ${references[at - 1]?.reference} }}${next}`);

/** The outputs that actions have without declaring them. */
interface BuiltIn {
  readonly "aws:createImage": "ImageId" | "ImageState";
  readonly "aws:copyImage": "ImageId" | "ImageState";
  readonly "aws:executeAutomation": "ExecutionId" | "Status" | "Output";
}

/** A reference to an output that a step has without declaring it. */
export const builtIn = <const A extends keyof BuiltIn>(
  step: { readonly name: string; readonly action: A },
  output: BuiltIn[A],
): Reference => ({
  reference: `${step.name}.${output}`,
});

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-variables.html */
export const system = {
  accountId: { reference: "global:ACCOUNT_ID" },
  region: { reference: "global:REGION" },
  partition: { reference: "global:AWS_PARTITION" },
  executionId: { reference: "automation:EXECUTION_ID" },
} as const satisfies Record<string, Reference>;

/** Where a step goes. A step without `next` and without `end` would fall through: the flow says one of them for every step but a branch. */
export interface Flow<T extends string> {
  readonly step: Step;
  readonly next?: T;
  readonly end?: true;
  readonly onFailure?: `step:${T}` | "Abort" | "Continue";
  readonly onCancel?: `step:${T}` | "Abort";
  readonly isCritical?: boolean;
}

/**
 * Puts a runbook's steps in order. A target that is no step of the flow does not compile.
 *
 * @throws nothing; the checks prove the rest (reachability, outputs on every path)
 */
export function defineFlow<const F extends readonly Flow<F[number]["step"]["name"]>[]>(flow: F): F {
  return flow;
}

export interface RunbookDocument {
  /** Its name in Systems Manager. It may not begin with AWS's prefixes. */
  readonly name: string;
  readonly description: string;
  readonly assumeRole: Reference;
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** By name: type and first value. @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-update-variable.html */
  readonly variables?: Readonly<
    Record<string, { readonly type: OutputType; readonly default: Json }>
  >;
  readonly outputs: readonly Reference[];
  readonly flow: readonly Flow<string>[];
}
