import { StepFailure } from "../errors.ts";

/** What an action may use. */
export interface ActionContext {
  /** References are resolved. */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly region: string;
  /**
   * Makes an AWS call as the execution's role; throttling is retried.
   *
   * @param operation PascalCase
   * @throws StepFailure for an error of AWS, StepTimeout, StepStopped
   */
  call(service: string, operation: string, parameters: Record<string, unknown>): Promise<unknown>;
  /** @throws StepFailure for an exception of the script, StepTimeout, StepStopped */
  script(
    script: string,
    handler: string,
    payload: unknown,
  ): Promise<{ readonly payload: unknown; readonly log: string }>;
  /**
   * Gives a variable of the document a new value.
   *
   * @throws StepFailure for a variable that the document has not, or a value that is not of its type
   */
  setVariable(name: string, value: unknown): void;
  /** Waits, in AWS seconds. @throws StepTimeout, StepStopped */
  sleep(seconds: number): Promise<void>;
}

export interface ActionResult {
  /** What the selectors of the step's outputs look into. */
  readonly result: unknown;
  /** Outputs that the action has without declaring them. */
  readonly outputs?: Readonly<Record<string, unknown>>;
  /** The step that the action chose as the next. */
  readonly next?: string;
}

export interface Action {
  /** AWS seconds, where the step names none. */
  readonly timeoutSeconds: number;
  /** May not stand on the path of onCancel. */
  readonly notAfterCancel?: true;
  run(context: ActionContext): Promise<ActionResult>;
}

/**
 * An input that must be a text.
 *
 * @throws StepFailure that names it
 */
export function text(inputs: Readonly<Record<string, unknown>>, name: string): string {
  const value = inputs[name];
  if (typeof value === "string" && value !== "") return value;
  throw new StepFailure(`The input ${name} must be a text; it is ${JSON.stringify(value)}.`, {
    stage: "InputValidation",
    type: "Verification",
  });
}

/** An input that may be left out. An empty text is as good as none. */
export function optionalText(
  inputs: Readonly<Record<string, unknown>>,
  name: string,
): string | undefined {
  const value = inputs[name];
  return value === undefined || value === "" ? undefined : text(inputs, name);
}

/** An input that is a Boolean, given as such or as text. */
export function flag(inputs: Readonly<Record<string, unknown>>, name: string): boolean | undefined {
  const value = inputs[name];
  if (value === undefined || value === "") return undefined;
  if (typeof value === "boolean") return value;
  if (/^(?:true|false)$/i.test(String(value))) return String(value).toLowerCase() === "true";
  throw new StepFailure(`The input ${name} must be true or false, not ${JSON.stringify(value)}.`, {
    stage: "InputValidation",
    type: "Verification",
  });
}
