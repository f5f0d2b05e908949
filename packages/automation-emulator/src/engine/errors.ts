import { LanguageError } from "automation-language/values";
import type { Position } from "./frames.ts";

/** An error as AWS's API answers it. */
export class AwsError extends Error {
  readonly code: string;
  /** HTTP status. */
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = status;
  }
}

/** Values of FailureDetails. @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_FailureDetails.html */
export type FailureStage =
  | "InputValidation"
  | "PreVerification"
  | "Invocation"
  | "PostVerification";
export type FailureType = "Action" | "Permission" | "Throttling" | "Verification" | "Internal";

/** Why an attempt of a step did not succeed. */
export class StepFailure extends Error {
  readonly stage: FailureStage;
  readonly type: FailureType;
  /** AWS's error code or the exception's class, where there is one. */
  readonly code: string | undefined;
  readonly log: string | undefined;

  constructor(
    message: string,
    details: {
      readonly stage?: FailureStage;
      readonly type?: FailureType;
      readonly code?: string;
      readonly log?: string;
    } = {},
  ) {
    super(message);
    this.name = "StepFailure";
    this.stage = details.stage ?? "Invocation";
    this.type = details.type ?? "Action";
    this.code = details.code;
    this.log = details.log;
  }
}

/** An attempt of a step took longer than its timeoutSeconds. */
export class StepTimeout extends Error {
  readonly log: string | undefined;

  constructor(message: string, log?: string) {
    super(message);
    this.name = "StepTimeout";
    this.log = log;
  }
}

/** The step was ended from outside: the execution was cancelled or killed. */
export class StepStopped extends Error {
  /** The step inside a loop at which it was. */
  readonly at: Position | undefined;

  constructor(at?: Position) {
    super("The step was ended from outside.");
    this.name = "StepStopped";
    this.at = at;
  }
}

/** Why an execution can't start with what its caller gave. */
export const wrongParameters = (message: string): AwsError =>
  new AwsError("InvalidAutomationExecutionParametersException", message);

/** Why an input can't be used. */
export const wrongInput = (message: string): StepFailure =>
  new StepFailure(message, { stage: "InputValidation", type: "Verification" });

/** Does something with what a document says. @throws StepFailure for what Automation refuses in it */
function asFailure<T>(stage: FailureStage, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof LanguageError)) throw error;
    throw new StepFailure(error.message, { stage, type: "Verification" });
  }
}

export const asWrongInput = <T>(read: () => T): T => asFailure("InputValidation", read);

export const asWrongOutput = <T>(read: () => T): T => asFailure("PostVerification", read);
