/** Records in the form of the API. */
import { asTexts, isRecord, toJson } from "automation-language/values";
import type { Count } from "./document.ts";
import {
  currentStep,
  type Execution,
  isFinal,
  type ParentStep,
  type StepRecord,
  startOf,
} from "./executions.ts";
import type { WireParameters } from "./parameters.ts";

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

export const isCrossAccount = ({ shown, targetLocation }: Execution): boolean =>
  shown.TargetLocations !== undefined || targetLocation !== undefined;

function commonView(execution: Execution): Record<string, unknown> {
  const { shown, state } = execution;
  const current = currentStep(execution);
  const ended = isFinal(state) ? state : undefined;
  return compact({
    AutomationExecutionId: execution.id,
    DocumentName: execution.documentName,
    DocumentVersion: execution.documentVersion,
    AutomationExecutionStatus: state.status,
    ExecutionStartTime: time(execution.started),
    ExecutionEndTime: time(ended?.ended),
    ExecutedBy: execution.executedBy,
    Outputs: outputsOf(execution),
    Mode: shown.Mode,
    ParentAutomationExecutionId: execution.parent,
    CurrentStepName: current?.definition.name,
    CurrentAction: current?.definition.action,
    FailureMessage: ended?.failureMessage,
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
export function outputsOf(execution: Execution): Record<string, readonly string[]> {
  return Object.fromEntries(
    execution.outputNames.map((name) => {
      const at = name.indexOf(".");
      // Of a step in a loop, what its last iteration gave.
      const step = execution.steps.findLast(
        ({ definition, state }) =>
          definition.name === name.slice(0, at) && state.status === "Success",
      );
      const values =
        step && isFinal(step.state) ? step.state.outputs?.[name.slice(at + 1)] : undefined;
      return [name, values ?? [noOutput]];
    }),
  );
}

/** @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StepExecution.html */
export function stepView(step: StepRecord): Record<string, unknown> {
  const { definition, state, resolved, parent } = step;
  const ended = isFinal(state) ? state : undefined;
  const failure = ended?.failure;
  return compact({
    StepName: definition.name,
    Action: definition.action,
    TimeoutSeconds: shownCount(definition.timeoutSeconds, resolved.timeoutSeconds),
    OnFailure: definition.onFailure,
    MaxAttempts: shownCount(definition.maxAttempts, resolved.maxAttempts),
    ExecutionStartTime: time(startOf(step)),
    ExecutionEndTime: time(ended?.ended),
    StepStatus: state.status,
    ResponseCode: state.status === "Success" ? "0" : undefined,
    Inputs: step.target === undefined ? shownInputs(resolved.inputs) : targetInputs(step.target),
    Outputs: ended?.outputs ?? {},
    Response: ended?.outputs?.OutputPayload?.[0],
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
    TargetLocation: step.targetLocation && {
      Accounts: [step.targetLocation.accountId],
      Regions: [step.targetLocation.region],
    },
    ParentStepDetails: parent && parentView(parent),
  });
}

/** @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParentStepDetails.html */
const parentView = ({ step, iteration, iteratorValue }: ParentStep): Record<string, unknown> =>
  compact({
    StepExecutionId: step.id,
    StepName: step.definition.name,
    Action: step.definition.action,
    Iteration: iteration,
    IteratorValue: iteratorValue,
  });

/** Each as JSON. */
const shownInputs = (inputs: Readonly<Record<string, unknown>> = {}): Record<string, string> =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [name, toJson(value) ?? "null"]),
  );

/** As they were given, which is how AWS shows them. @see https://docs.aws.amazon.com/systems-manager/latest/userguide/running-automations-scale.html */
const targetInputs = (parameters: WireParameters): Record<string, string> =>
  Object.fromEntries(Object.entries(parameters).map(([name, texts]) => [name, texts.join(", ")]));

/** What the document says, or what its reference turned out to be. */
const shownCount = (said: Count | undefined, found: number | undefined): number | undefined =>
  typeof said === "string" ? found : said;

function validNextSteps({ definition }: StepRecord): string[] {
  const { inputs, nextStep } = definition;
  const choices: readonly unknown[] = Array.isArray(inputs.Choices) ? inputs.Choices : [];
  const names = [
    ...choices.map((choice) => (isRecord(choice) ? choice.NextStep : undefined)),
    inputs.Default,
    nextStep,
  ];
  return names.filter((name): name is string => typeof name === "string");
}

function counters(children: readonly Execution[]): Record<string, number> {
  const count = (...states: string[]): number =>
    children.filter(({ state }) => states.includes(state.status)).length;
  return {
    TotalSteps: children.length,
    SuccessSteps: count("Success"),
    FailedSteps: count("Failed"),
    CancelledSteps: count("Cancelled"),
    TimedOutSteps: count("TimedOut"),
  };
}
