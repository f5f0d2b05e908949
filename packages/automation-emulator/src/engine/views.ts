/** Records in the form of the API. */
import type { Count } from "./document.ts";
import type { Execution, StepRecord } from "./executions.ts";
import { asTexts, isMap } from "./values.ts";

/** What AWS gives for an output of a step that did not succeed. */
const noOutput = "No output available yet because the step is not successfully executed";

/** Times are seconds since the epoch on the wire. */
const time = (milliseconds: number | undefined): number | undefined =>
  milliseconds === undefined ? undefined : milliseconds / 1000;

/** Without the members that are undefined. */
function compact(view: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(view).filter(([, value]) => value !== undefined));
}

/** @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_AutomationExecution.html */
export function executionView(execution: Execution): Record<string, unknown> {
  const { children, shown } = execution;
  return compact({
    ...commonView(execution),
    StepExecutions: execution.steps.map(stepView),
    StepExecutionsTruncated: false,
    Parameters: execution.parameters,
    TargetLocations: shown.TargetLocations,
    Variables: Object.fromEntries(
      [...execution.variables].map(([name, value]) => [name, asTexts(value)]),
    ),
    ...(children.length > 0 && { ProgressCounters: counters(children) }),
  });
}

/** @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_AutomationExecutionMetadata.html */
export const metadataView = (execution: Execution): Record<string, unknown> => ({
  ...commonView(execution),
  LogFile: "",
  AutomationType: isCrossAccount(execution) ? "CrossAccount" : "Local",
});

export const isCrossAccount = ({ shown, place }: Execution): boolean =>
  shown.TargetLocations !== undefined || place !== undefined;

function commonView(execution: Execution): Record<string, unknown> {
  const { shown } = execution;
  return compact({
    AutomationExecutionId: execution.id,
    DocumentName: execution.documentName,
    DocumentVersion: execution.documentVersion,
    AutomationExecutionStatus: execution.status,
    ExecutionStartTime: time(execution.started),
    ExecutionEndTime: time(execution.ended),
    ExecutedBy: execution.executedBy,
    Outputs: outputs(execution),
    Mode: shown.Mode,
    ParentAutomationExecutionId: execution.parent,
    CurrentStepName: execution.current?.definition.name,
    CurrentAction: execution.current?.definition.action,
    FailureMessage: execution.failureMessage,
    TargetParameterName: shown.TargetParameterName,
    Targets: shown.Targets ?? [],
    TargetMaps: shown.TargetMaps,
    ResolvedTargets: { ParameterValues: execution.resolvedTargets ?? [], Truncated: false },
    MaxConcurrency: shown.MaxConcurrency,
    MaxErrors: shown.MaxErrors,
    Target: execution.target,
  });
}

/** The outputs that the document names, each as a list of texts. */
function outputs(execution: Execution): Record<string, readonly string[]> {
  return Object.fromEntries(
    execution.outputNames.map((name) => {
      const at = name.indexOf(".");
      const step = execution.steps.find(({ definition }) => definition.name === name.slice(0, at));
      const values = step?.status === "Success" ? step.outputs?.[name.slice(at + 1)] : undefined;
      return [name, values ?? [noOutput]];
    }),
  );
}

/** @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StepExecution.html */
export function stepView(step: StepRecord): Record<string, unknown> {
  const { definition, failure } = step;
  return compact({
    StepName: definition.name,
    Action: definition.action,
    TimeoutSeconds: shownCount(definition.timeoutSeconds, step.timeoutSeconds),
    OnFailure: definition.onFailure,
    MaxAttempts: shownCount(definition.maxAttempts, step.maxAttempts),
    ExecutionStartTime: time(step.started),
    ExecutionEndTime: time(step.ended),
    StepStatus: step.status,
    ResponseCode: step.status === "Success" ? "0" : undefined,
    Inputs: step.inputs ?? {},
    Outputs: step.outputs ?? {},
    Response: step.outputs?.OutputPayload?.[0],
    FailureMessage: failure?.message,
    FailureDetails: failure && {
      FailureStage: failure.stage,
      FailureType: failure.type,
      Details: { ErrorMessage: [failure.message] },
    },
    StepExecutionId: step.id,
    OverriddenParameters: {},
    IsEnd: definition.isEnd,
    NextStep: definition.nextStep,
    IsCritical: definition.isCritical,
    ValidNextSteps: validNextSteps(step),
    TargetLocation: step.place && {
      Accounts: [step.place.accountId],
      Regions: [step.place.region],
    },
  });
}

/** What the document says, or what its reference turned out to be. */
const shownCount = (said: Count | undefined, found: number | undefined): number | undefined =>
  typeof said === "string" ? found : said;

function validNextSteps({ definition }: StepRecord): string[] {
  const { inputs, nextStep } = definition;
  const choices: readonly unknown[] = Array.isArray(inputs.Choices) ? inputs.Choices : [];
  const names = [
    ...choices.map((choice) => (isMap(choice) ? choice.NextStep : undefined)),
    inputs.Default,
    nextStep,
  ];
  return names.filter((name): name is string => typeof name === "string");
}

function counters(children: readonly Execution[]): Record<string, number> {
  const count = (...states: string[]): number =>
    children.filter(({ status }) => states.includes(status)).length;
  return {
    TotalSteps: children.length,
    SuccessSteps: count("Success"),
    FailedSteps: count("Failed"),
    CancelledSteps: count("Cancelled"),
    TimedOutSteps: count("TimedOut"),
  };
}
