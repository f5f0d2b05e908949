import type { Emulator, Fault, Guardrail } from "automation-emulator";

/** A fault that a team can rehearse. */
interface Rehearsed {
  readonly label: string;
  /** What happens, and what to look for. */
  readonly about: string;
  readonly faults?: readonly Fault[];
  readonly guardrail?: Guardrail;
}

/** By the names under which the page asks for them. */
const REHEARSED: Readonly<Record<string, Rehearsed>> = {
  "refused-backup": {
    label: "The backup is refused",
    about:
      "A guardrail of the organization denies s3:PutObject. Nothing may be changed without a backup.",
    guardrail: { actions: ["s3:PutObject"] },
  },
  "refused-tags": {
    label: "Tagging is refused",
    about: "A guardrail denies ec2:CreateTags. The instance must be isolated all the same.",
    guardrail: { actions: ["ec2:CreateTags"] },
  },
  "refused-change": {
    label: "Changing the interfaces is refused",
    about:
      "A guardrail denies ec2:ModifyNetworkInterfaceAttribute. The instance stays reachable: who cuts it off, and how?",
    guardrail: { actions: ["ec2:ModifyNetworkInterfaceAttribute"] },
  },
  throttling: {
    label: "EC2 throttles",
    about: "The first twelve calls to EC2 of a run are throttled. It must wait and go on.",
    faults: [
      { match: { service: "ec2", automationOnly: true, times: 12 }, kind: { throttle: true } },
    ],
  },
  "script-dies": {
    label: "The script dies",
    about:
      "The run is killed right after its first change of an interface, as in a crash of the service. Start Contain again: it must finish the work.",
    faults: [
      {
        match: {
          operation: "ModifyNetworkInterfaceAttribute",
          nth: 1,
          automationOnly: true,
          // The runbook tries the call without effect before.
          predicate: ({ parameters }) => String(parameters.DryRun) !== "true",
        },
        kind: { kill: "after" },
      },
    ],
  },
  cancelled: {
    label: "Somebody cancels the run",
    about: "The run is stopped (Cancel) as the containment begins.",
    faults: [
      {
        match: { event: "step", step: "createContainmentSecurityGroup" },
        kind: { cancel: "before" },
      },
    ],
  },
};

export interface FaultChoice {
  readonly name: string;
  readonly label: string;
  readonly about: string;
}

export const faultChoices: readonly FaultChoice[] = Object.entries(REHEARSED).map(
  ([name, { label, about }]) => ({ name, label, about }),
);

export const isFault = (name: unknown): name is string =>
  typeof name === "string" && Object.hasOwn(REHEARSED, name);

/** Puts up these faults and no others, with their counts at the beginning. */
export function arm(
  { faults, iam }: Pick<Emulator, "faults" | "iam">,
  names: readonly string[],
): void {
  faults.clear();
  iam.guardrails.clear();
  for (const name of names) {
    const rehearsed = REHEARSED[name];
    for (const fault of rehearsed?.faults ?? []) faults.add(fault);
    if (rehearsed?.guardrail !== undefined) iam.guardrails.deny(rehearsed.guardrail);
  }
}
