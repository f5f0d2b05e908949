import { table } from "./table.ts";

/**
 * Every action of Automation's reference: its inputs, and the outputs it has without declaring them.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-actions.html
 */
export interface ActionSpec {
  /** The last part of the action's page in the user guide. */
  readonly page: string;
  readonly inputs: Readonly<Record<string, InputSpec>>;
  /** Outputs that a later step may refer to without a declaration, with their type; Any is what a function returned. */
  readonly outputs: Readonly<Record<string, DataType | "Any">>;
  /** Inputs beyond those named go to the API operation. */
  readonly passesInputs?: true;
  /** Steps may declare outputs with a selector into the action's response. */
  readonly declaresOutputs?: true;
  /** May not stand on the path that onCancel leads to. */
  readonly notOnCancelPath?: true;
  /** The step itself takes no onCancel. */
  readonly noOnCancel?: true;
  /**
   * The timeoutSeconds of a step that gives none. Where the action's page is silent, it is what the emulator takes;
   * undefined for an action that the emulator has not.
   */
  readonly timeoutSeconds?: number;
}

export type DataType = "String" | "StringList" | "Integer" | "Boolean" | "MapList" | "StringMap";

export interface InputSpec {
  readonly type: DataType | "Any" | "Choices" | "Condition" | "Steps";
  readonly required?: true;
  readonly values?: readonly string[];
  /** The form of a text. */
  readonly pattern?: string;
  /** An empty list means nothing. */
  readonly filled?: true;
}

const s: InputSpec = { type: "String" };
const list: InputSpec = { type: "StringList" };
const flag: InputSpec = { type: "Boolean" };
const number: InputSpec = { type: "Integer" };
const map: InputSpec = { type: "StringMap" };
const maps: InputSpec = { type: "MapList" };
const any: InputSpec = { type: "Any" };
const required = <T extends InputSpec>(spec: T): T & { required: true } => ({
  ...spec,
  required: true,
});

const filled = <T extends InputSpec>(spec: T): T & { filled: true } => ({ ...spec, filled: true });

const DAY = 86_400;

const property = {
  Service: required(s),
  Api: required(s),
  PropertySelector: required(s),
  DesiredValues: required(filled(list)),
} as const;

/** A number or a share. @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartAutomationExecution.html */
const runTargets = {
  Targets: filled(maps),
  MaxConcurrency: { type: "String", pattern: "^([1-9][0-9]*|[1-9][0-9]?%|100%)$" },
  MaxErrors: { type: "String", pattern: "^(0|[1-9][0-9]*|[0-9]%|[1-9][0-9]%|100%)$" },
} as const;

export const actions: Readonly<Record<string, ActionSpec>> = table({
  "aws:approve": {
    page: "automation-action-approve",
    timeoutSeconds: 7 * DAY,
    inputs: {
      Approvers: filled(list),
      NotificationArn: s,
      Message: s,
      MinRequiredApprovals: number,
      // Change templates name their approvers here.
      EnhancedApprovals: map,
    },
    outputs: { ApprovalStatus: "String", ApproverDecisions: "MapList" },
    notOnCancelPath: true,
  },
  "aws:assertAwsResourceProperty": {
    page: "automation-action-assertAwsResourceProperty",
    timeoutSeconds: 25,
    inputs: property,
    outputs: {},
    passesInputs: true,
    declaresOutputs: true,
  },
  "aws:branch": {
    page: "automation-action-branch",
    timeoutSeconds: 600,
    inputs: { Choices: required({ type: "Choices" }), Default: s },
    outputs: {},
  },
  "aws:changeInstanceState": {
    page: "automation-action-changestate",
    timeoutSeconds: 3_600,
    inputs: {
      InstanceIds: required(filled(list)),
      CheckStateOnly: flag,
      DesiredState: required({ type: "String", values: ["running", "stopped", "terminated"] }),
      Force: flag,
      AdditionalInfo: s,
    },
    outputs: {},
  },
  "aws:copyImage": {
    page: "automation-action-copyimage",
    timeoutSeconds: DAY,
    inputs: {
      SourceRegion: required(s),
      SourceImageId: required(s),
      ImageName: required(s),
      ImageDescription: s,
      Encrypted: flag,
      KmsKeyId: s,
      ClientToken: s,
    },
    outputs: { ImageId: "String", ImageState: "String" },
    notOnCancelPath: true,
  },
  "aws:createImage": {
    page: "automation-action-create",
    timeoutSeconds: DAY,
    inputs: {
      InstanceId: required(s),
      ImageName: required(s),
      ImageDescription: s,
      NoReboot: flag,
      BlockDeviceMappings: maps,
    },
    outputs: { ImageId: "String", ImageState: "String" },
    notOnCancelPath: true,
  },
  "aws:createStack": {
    page: "automation-action-createstack",
    timeoutSeconds: DAY,
    inputs: {
      StackName: required(s),
      TemplateBody: s,
      TemplateURL: s,
      Parameters: maps,
      Capabilities: list,
      ClientRequestToken: s,
      DisableRollback: flag,
      NotificationARNs: list,
      OnFailure: { type: "String", values: ["DO_NOTHING", "ROLLBACK", "DELETE"] },
      ResourceTypes: list,
      RoleARN: s,
      StackPolicyBody: s,
      StackPolicyURL: s,
      Tags: maps,
      TimeoutInMinutes: number,
    },
    outputs: { StackId: "String", StackStatus: "String", StackStatusReason: "String" },
    notOnCancelPath: true,
  },
  "aws:createTags": {
    page: "automation-action-createtag",
    timeoutSeconds: 600,
    inputs: {
      ResourceIds: required(filled(list)),
      Tags: required(filled(maps)),
      ResourceType: {
        type: "String",
        values: ["EC2", "ManagedInstance", "MaintenanceWindow", "Parameter"],
      },
    },
    outputs: {},
    notOnCancelPath: true,
  },
  "aws:deleteImage": {
    page: "automation-action-delete",
    timeoutSeconds: 600,
    inputs: { ImageId: required(s) },
    outputs: {},
  },
  "aws:deleteStack": {
    page: "automation-action-deletestack",
    timeoutSeconds: DAY,
    inputs: { StackName: required(s), ClientRequestToken: s, RetainResources: list, RoleARN: s },
    outputs: {},
  },
  "aws:executeAutomation": {
    page: "automation-action-executeAutomation",
    timeoutSeconds: 7 * DAY,
    inputs: {
      DocumentName: required(s),
      DocumentVersion: s,
      RuntimeParameters: map,
      Tags: maps,
      TargetLocations: maps,
      TargetMaps: maps,
      TargetParameterName: s,
      ...runTargets,
    },
    outputs: { Output: "StringList", ExecutionId: "String", Status: "String" },
  },
  "aws:executeAwsApi": {
    page: "automation-action-executeAwsApi",
    timeoutSeconds: 25,
    inputs: { Service: required(s), Api: required(s) },
    outputs: {},
    passesInputs: true,
    declaresOutputs: true,
  },
  "aws:executeScript": {
    page: "automation-action-executeScript",
    timeoutSeconds: 600,
    inputs: {
      Runtime: required(s),
      Handler: s,
      InputPayload: map,
      Script: s,
      Attachment: s,
    },
    outputs: { Payload: "Any" },
    declaresOutputs: true,
  },
  "aws:executeStateMachine": {
    page: "automation-action-executeStateMachine",
    inputs: { stateMachineArn: required(s), name: s, input: any, traceHeader: s },
    outputs: {
      executionArn: "String",
      input: "String",
      name: "String",
      output: "String",
      startDate: "String",
      stateMachineArn: "String",
      status: "String",
      stopDate: "String",
    },
  },
  "aws:invokeLambdaFunction": {
    page: "automation-action-lamb",
    timeoutSeconds: 300,
    inputs: {
      FunctionName: required(s),
      Qualifier: s,
      InvocationType: { type: "String", values: ["RequestResponse", "Event", "DryRun"] },
      LogType: { type: "String", values: ["None", "Tail"] },
      ClientContext: any,
      InputPayload: map,
      Payload: any,
    },
    outputs: {
      StatusCode: "Integer",
      FunctionError: "String",
      LogResult: "String",
      Payload: "String",
    },
    declaresOutputs: true,
  },
  "aws:invokeWebhook": {
    page: "invoke-webhook",
    timeoutSeconds: 60,
    inputs: { IntegrationName: required(s), Body: any },
    outputs: { Response: "String", ResponseCode: "Integer" },
    declaresOutputs: true,
  },
  "aws:loop": {
    page: "automation-action-loop",
    timeoutSeconds: 7 * DAY,
    inputs: {
      Steps: required({ type: "Steps" }),
      Iterators: filled(list),
      IteratorDataType: { type: "String", values: ["Boolean", "Integer", "String", "StringMap"] },
      LoopCondition: { type: "Condition" },
      MaxIterations: number,
    },
    outputs: { AggregatedValues: "StringList" },
    notOnCancelPath: true,
    noOnCancel: true,
  },
  "aws:pause": {
    page: "automation-action-pause",
    timeoutSeconds: 7 * DAY,
    // Released documents tell here what to look at.
    inputs: { Message: s },
    outputs: {},
    notOnCancelPath: true,
  },
  "aws:runCommand": {
    page: "automation-action-runcommand",
    timeoutSeconds: 3_600,
    inputs: {
      DocumentName: required(s),
      DocumentVersion: s,
      DocumentHash: s,
      DocumentHashType: { type: "String", values: ["Sha256", "Sha1"] },
      Parameters: map,
      InstanceIds: filled(list),
      Comment: s,
      CloudWatchOutputConfig: map,
      NotificationConfig: map,
      OutputS3BucketName: s,
      OutputS3KeyPrefix: s,
      OutputS3Region: s,
      ServiceRoleArn: s,
      TimeoutSeconds: number,
      ...runTargets,
    },
    outputs: {
      CommandId: "String",
      Status: "String",
      ResponseCode: "Integer",
      Output: "String",
    },
    declaresOutputs: true,
  },
  "aws:runInstances": {
    page: "automation-action-runinstance",
    timeoutSeconds: 3_600,
    inputs: {
      ImageId: required(s),
      InstanceType: s,
      MinInstanceCount: number,
      MaxInstanceCount: number,
      AdditionalInfo: s,
      BlockDeviceMappings: maps,
      ClientToken: s,
      DisableApiTermination: flag,
      EbsOptimized: flag,
      IamInstanceProfileArn: s,
      IamInstanceProfileName: s,
      InstanceInitiatedShutdownBehavior: { type: "String", values: ["stop", "terminate"] },
      KernelId: s,
      KeyName: s,
      MetadataOptions: map,
      Monitoring: flag,
      NetworkInterfaces: maps,
      Placement: map,
      PrivateIpAddress: s,
      RamdiskId: s,
      SecurityGroupIds: list,
      SecurityGroups: list,
      SubnetId: s,
      TagSpecifications: maps,
      UserData: s,
      // The action takes most parameters of the RunInstances operation.
      CapacityReservationSpecification: map,
      CpuOptions: map,
      CreditSpecification: map,
      DisableApiStop: flag,
      EnclaveOptions: map,
      HibernationOptions: map,
      InstanceMarketOptions: map,
      Ipv6AddressCount: number,
      Ipv6Addresses: maps,
      LaunchTemplate: map,
      LicenseSpecifications: maps,
      MaintenanceOptions: map,
      PrivateDnsNameOptions: map,
    },
    outputs: { InstanceIds: "StringList", InstanceStates: "StringList" },
    notOnCancelPath: true,
  },
  "aws:sleep": {
    page: "automation-action-sleep",
    timeoutSeconds: 7 * DAY,
    inputs: { Duration: s, Timestamp: s },
    outputs: {},
    notOnCancelPath: true,
  },
  "aws:updateVariable": {
    page: "automation-action-update-variable",
    timeoutSeconds: 600,
    inputs: { Name: required(s), Value: required(any) },
    outputs: {},
    noOnCancel: true,
  },
  "aws:waitForAwsResourceProperty": {
    page: "automation-action-waitForAwsResourceProperty",
    timeoutSeconds: 3_600,
    inputs: property,
    outputs: {},
    passesInputs: true,
    declaresOutputs: true,
  },
});

/** Seconds that a step of an action takes at most where it says nothing; Infinity where the action has no limit. */
export const defaultTimeout = (action: string): number =>
  actions[action]?.timeoutSeconds ?? Number.POSITIVE_INFINITY;

/**
 * The output names that a step of an action can't declare: CreateDocument refuses "name: X is conflicting with one of
 * the following reserved output names". A script may declare its Payload.
 */
export const reservedOutputs = (action: string): readonly string[] => [
  ...Object.keys(actions[action]?.outputs ?? {}).filter(
    (name) => !(action === "aws:executeScript" && name === "Payload"),
  ),
  "OutputPayload",
];

export const guide = (page: string): string =>
  `https://docs.aws.amazon.com/systems-manager/latest/userguide/${page}.html`;

/** Operators of a branch's or loop's condition, with the type of their operand. */
export const operators: Readonly<Record<string, "String" | "Number" | "Boolean">> = table({
  StringEquals: "String",
  EqualsIgnoreCase: "String",
  StartsWith: "String",
  EndsWith: "String",
  Contains: "String",
  NumericEquals: "Number",
  NumericGreater: "Number",
  NumericLesser: "Number",
  NumericGreaterOrEquals: "Number",
  NumericLesserOrEquals: "Number",
  BooleanEquals: "Boolean",
});
