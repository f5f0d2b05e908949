/** What AWS takes and the emulator does not do: better refused than left out, as a run would then prove too much. */
import type { AwsError } from "./errors.ts";
import { type Input, maps, validation } from "./input.ts";

const ofRequest = ["AlarmConfiguration", "TargetLocationsURL"];
const ofLocation = [
  "Targets",
  "TargetsMaxConcurrency",
  "TargetsMaxErrors",
  "TargetLocationAlarmConfiguration",
];

/** @throws AwsError ValidationException that names what a StartAutomationExecution can't have here */
export function refuseUnsupported(input: Input): void {
  for (const name of ofRequest) {
    if (input[name] !== undefined) throw unsupported(name);
  }
  for (const location of maps(input.TargetLocations, "TargetLocations")) {
    for (const name of ofLocation) {
      if (location[name] !== undefined) throw unsupported(`${name} of TargetLocations`);
    }
  }
}

const unsupported = (what: string): AwsError =>
  validation(`The emulator has no ${what}. AWS has: try it there.`);
