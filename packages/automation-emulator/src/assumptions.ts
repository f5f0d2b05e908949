/**
 * What the emulator does where AWS's documentation is silent. README shows the list; `npm run acceptance` of the project
 * asks an account, and shows what that did beside it.
 */
export interface Assumption {
  readonly question: string;
  /** What the emulator does. */
  readonly engine: string;
  readonly why: string;
  /** Whether an account has shown it to be so; when that was, and in which Region. */
  readonly proved: false | { readonly on: string; readonly region: string };
}

const all = {
  "cancelled-script": {
    question: "Is a script killed when its step is cancelled or times out?",
    engine: 'killed by default; `cancelledScripts: "runOn"` lets it run on for 600 s at most',
    why: "a runbook that must be safe is to be tried with both",
    proved: false,
  },
  "cancel-between-steps": {
    question: "Which step's onCancel is followed by a Cancel between two steps?",
    engine: "that of the step which would have been next; it is shown as Cancelled",
    why: "it is the current step",
    proved: false,
  },
  "complete-status": {
    question: "What status has an execution after Complete?",
    engine: "Success, or Failed where a critical step had failed",
    why: "every step that began has ended",
    proved: false,
  },
  "complete-child": {
    question: "Does Complete reach an execution that a step started?",
    engine: "no: the step ends when it has ended; executions for targets are completed",
    why: '"lets the running step end"',
    proved: false,
  },
  "loop-output": {
    question: "Where is an output of a step inside a loop seen?",
    engine: "in its own iteration, and of the last iteration after the loop",
    why: "step names are unique in a document",
    proved: false,
  },
  "loop-failure": {
    question: "What does a failure inside a loop do to it?",
    engine: "the loop's step fails at once, and its onFailure decides",
    why: '"the loop inherits those properties"',
    proved: false,
  },
  "loop-is-end": {
    question: "What is isEnd inside a loop?",
    engine: "the end of the iteration",
    why: 'the steps "function like a nested runbook"',
    proved: false,
  },
  "cancelled-status": {
    question: "How is an execution ended whose script has run on?",
    engine: "its status comes at once; `engine.settled` waits for the script",
    why: "nothing may be missed by a test",
    proved: false,
  },
  approvers: {
    question: "Who may send Approve?",
    engine:
      "a principal that Approvers names: a user by name or ARN, a role by ARN, a session by ARN; each once; others get InvalidAutomationSignalException",
    why: "the forms that AWS lists",
    proved: false,
  },
  "approval-decisions": {
    question: "How do ApproverDecisions look?",
    engine: "maps of Approver, Decision and Comment",
    why: '"a JSON map"',
    proved: false,
  },
  "start-step": {
    question: "Which step may StartStep start?",
    engine: "the next one; after StopStep that one again, or the one after it",
    why: "a list of steps is walked in its order",
    proved: false,
  },
  "stop-step-auto": {
    question: "What is StopStep in the mode Auto?",
    engine: "refused",
    why: "it would be a Cancel without an end",
    proved: false,
  },
  "child-starter": {
    question: "As whom does aws:executeAutomation start?",
    engine: "as the user who started the first execution",
    why: "the action's page",
    proved: false,
  },
  "child-output": {
    question: "What is the Output of aws:executeAutomation?",
    engine: "the values of all outputs of the secondary execution, in one list",
    why: "a StringList",
    proved: false,
  },
  "store-reader": {
    question: "Whose permission reads `{{ssm:NAME}}`?",
    engine: "the starter's; a StringList is a list",
    why: "the starter makes the call that gives the parameters their values",
    proved: false,
  },
  "output-not-found": {
    question: "What becomes of a reference to an output that its step did not find?",
    engine: "it stays as it is written",
    why: "published documents compare with that text",
    proved: false,
  },
  "value-path": {
    question: "May a reference go into a value, as in `{{ step.Map.key }}`?",
    engine: "yes, by the path that follows",
    why: "the console offers it",
    proved: false,
  },
  "variable-default": {
    question: "May a variable have no default?",
    engine: "yes; it has no value until a step gives it one",
    why: "published documents have such",
    proved: false,
  },
  "variable-size": {
    question: "How large may a variable be?",
    engine: "text of 1 to 512 characters, 50 items of a list, 200 maps",
    why: "the limits of aws:updateVariable's Value",
    proved: false,
  },
  "pattern-whole": {
    question: "What must allowedPattern match?",
    engine: "the whole value, by Java's rules, in one second",
    why: "Java's `matches`",
    proved: false,
  },
  "throttled-retries": {
    question: "How often is a throttled call tried again?",
    engine: "three times more, after 2, 4 and 8 s",
    why: "not said",
    proved: false,
  },
  "wait-interval": {
    question: "How often does a waiting action look?",
    engine: "every 5 s",
    why: "not said",
    proved: false,
  },
  "script-step-cost": {
    question: "What does a script step cost?",
    engine: "`stepSeconds`, half before the script and half after it; 0 by default",
    why: "one public record shows some seconds on each side",
    proved: false,
  },
  "ended-executions": {
    question: "How long is an ended execution known?",
    engine: "the last 500",
    why: "AWS keeps 30 days; memory stays flat",
    proved: false,
  },
  "parameters-in-size": {
    question: "Do the parameters of a run count into the 64 KB of its document?",
    engine: "no: a document of any size that can be made runs with any parameters",
    why: "CreateDocument's page says that they do, StartAutomationExecution's page says nothing",
    proved: false,
  },
  "branch-kinds": {
    question: "Are values of parameters and of scripts compared as they are typed?",
    engine:
      "yes: a Boolean parameter given as text and a script's boolean are booleans in `aws:branch`",
    why: "the types of parameters and outputs",
    proved: false,
  },
  "abort-not-critical": {
    question: "What status has an execution after a step that aborts and is not critical?",
    engine: "Failed, or TimedOut",
    why: "`Abort` stops it, and the page of isCritical speaks of what makes it fail alone",
    proved: false,
  },
  circles: {
    question: "May steps lead back to one that has run?",
    engine: "yes, where some path leads to the end",
    why: "only an infinite loop is said to be refused",
    proved: false,
  },
  "input-failure-retries": {
    question: "Is a step tried again whose inputs could not be read?",
    engine: "no, whatever its maxAttempts",
    why: "they would be the same",
    proved: false,
  },
  "default-pattern": {
    question: "Must a default match allowedPattern and allowedValues?",
    engine: "yes, where no value is given: the start is refused",
    why: "released documents allow the empty text for an empty default; the page speaks of what users give",
    proved: false,
  },
  "given-references": {
    question: "Are references in a value that is given at the start resolved?",
    engine: "`{{ssm:NAME}}` alone",
    why: "values are data; the page names no other",
    proved: false,
  },
  "payload-size": {
    question: "What becomes of a Payload of more than 100 KB?",
    engine: "the step fails",
    why: "said is what is returned, and not what happens",
    proved: false,
  },
  "payload-inner-lists": {
    question: "Are lists inside a Payload cut at 100 items too?",
    engine: "yes",
    why: "no step may rely on more",
    proved: false,
  },
  "property-of-several": {
    question: "How many of several values that a PropertySelector finds must be desired?",
    engine: "all, and at least one",
    why: "who waits for `running` means all instances",
    proved: false,
  },
  "lambda-answer": {
    question: "Where do selectors of aws:invokeLambdaFunction look, and what is a FunctionError?",
    engine: "into the action's outputs, of which Payload is a text; the step fails",
    why: "the action's page; that of aws:loop shows `$.Retry`",
    proved: false,
  },
  "max-errors-share": {
    question: "After how many failures do 10% stop a run for 50 targets?",
    engine: "the sixth",
    why: "the API's page; the user guide says the fifth",
    proved: false,
  },
  "gradual-start": {
    question: "How many executions of a run for targets are under way at once?",
    engine: "one more than have ended, up to MaxConcurrency",
    why: "a single resource, then two more, then exponentially",
    proved: false,
  },
  "concurrent-executions": {
    question: "How many executions may run at once?",
    engine: "as many as are started",
    why: "quotas (100, and 5,000 that wait) are an account's",
    proved: false,
  },
  "ec2-dry-run": {
    question: "What does a dry run of an EC2 call find, besides permissions?",
    engine:
      "a resource that is not there; not a name that is taken, a rule given twice or a group in use",
    why: "a permission can depend on the resource, not on what only the work would show",
    proved: false,
  },
  "fresh-tag": {
    question: "Does a condition of IAM see the tags of a resource that was just made?",
    engine: "at once; the fault `unauthorized-after-tagged-group` refuses the first call",
    why: "reported for other services than EC2",
    proved: false,
  },
  "tracked-connections": {
    question: "Are tracked connections cut when an interface goes through a group open to all?",
    engine: "there are no connections",
    why: "moto has no packets",
    proved: false,
  },
} as const satisfies Readonly<Record<string, Assumption>>;

export type AssumptionId = keyof typeof all;

/** Each under its id, which never changes. */
export const assumptions: Readonly<Record<AssumptionId, Assumption>> = all;

export const assumptionIds = Object.keys(all) as readonly AssumptionId[];
