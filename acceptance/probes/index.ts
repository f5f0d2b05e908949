import type { AssumptionId } from "automation-emulator/assumptions";
import type { Probe } from "../probe.ts";
import * as documents from "./documents.ts";
import * as ec2 from "./ec2.ts";
import * as runbook from "./runbook.ts";
import * as stopping from "./stopping.ts";
import * as timing from "./timing.ts";

/** All probes, in the order in which they run: what needs no instance first, so that a mistake costs least. */
export const probes: readonly Probe[] = [
  documents.branchKinds,
  documents.parametersInSize,
  documents.patternWhole,
  documents.outputNotFound,
  documents.valuePath,
  documents.variableDefault,
  documents.defaultPattern,
  documents.abortNotCritical,
  documents.circles,
  documents.payloadSize,
  documents.payloadInnerLists,
  documents.loopOutput,
  documents.loopIsEnd,
  documents.loopFailure,
  timing.scriptStepCost,
  documents.childOutput,
  stopping.cancelledScript,
  stopping.cancelledStatus,
  stopping.completeStatus,
  stopping.completeChild,
  stopping.stopStepAuto,
  ec2.ec2DryRun,
  ec2.freshTag,
  runbook.runbookDryRun,
  runbook.runbookContain,
  runbook.openTime,
  runbook.trackedConnections,
  runbook.runbookRelease,
];

/** The assumptions that no probe asks about, and why. */
export const unasked: Readonly<Partial<Record<AssumptionId, string>>> = {
  "cancel-between-steps": "the moment between two steps can't be met on purpose",
  approvers: "it takes several people, with identities of their own",
  "approval-decisions": "it takes a person who approves",
  "start-step": "it is about the mode Interactive, which the runbook is not run in",
  "child-starter": "it takes a second identity with fewer permissions",
  "store-reader": "it takes a second identity with fewer permissions",
  "variable-size": "the runbook has no variables",
  "input-failure-retries": "a step does not tell how often it was tried",
  "given-references": "the runbook is started with plain values",
  "property-of-several": "it takes several resources in two states",
  "lambda-answer": "it takes a function, and a role for it",
  "max-errors-share": "it takes 50 targets",
  "gradual-start": "it takes a run for several targets, which the runbook is not tried with",
  "concurrent-executions": "it takes more than 100 executions",
  "throttled-retries": "AWS does not throttle on purpose",
  "wait-interval": "a waiting action does not tell when it looks",
  "ended-executions": "AWS keeps them for 30 days",
};
