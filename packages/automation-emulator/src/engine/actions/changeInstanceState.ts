import { StepFailure, wrongInput } from "../errors.ts";
import { select } from "../outputs.ts";
import { type Action, type ActionContext, flag, text, texts } from "./action.ts";

/** In AWS seconds. */
const interval = 5;

/** What to call, what to wait for, and from where it can never be reached. */
const changes = {
  running: { operation: "StartInstances", never: ["terminated", "shutting-down"] },
  stopped: { operation: "StopInstances", never: ["terminated", "shutting-down"] },
  terminated: { operation: "TerminateInstances", never: [] },
} as const;

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-changestate.html */
export const changeInstanceState: Action = {
  run: async (context) => {
    const { inputs, call, sleep } = context;
    const InstanceIds = texts(inputs, "InstanceIds");
    if (InstanceIds.length === 0) throw wrongInput("The input InstanceIds must not be empty.");
    const desired = text(inputs, "DesiredState");
    if (!isState(desired)) {
      const states = Object.keys(changes).join(", ");
      throw wrongInput(`DesiredState must be one of ${states}, not ${desired}.`);
    }
    const { operation, never } = changes[desired];
    if (flag(inputs, "CheckStateOnly") !== true) {
      const Force = flag(inputs, "Force");
      const force = desired === "stopped" && Force !== undefined ? { Force } : {};
      await call("ec2", operation, { InstanceIds, ...force });
    }
    for (;;) {
      const states = await statesOf(context, InstanceIds);
      if (states.every((state) => state === desired) && (await isWell(context, desired))) break;
      const lost = states.find((state) => (never as readonly string[]).includes(state));
      if (lost !== undefined) {
        throw new StepFailure(`An instance is ${lost} and can't become ${desired}.`, {
          stage: "PostVerification",
        });
      }
      await sleep(interval);
    }
    return { result: {} };
  },
};

const isState = (name: string): name is keyof typeof changes => Object.hasOwn(changes, name);

async function statesOf({ call }: ActionContext, InstanceIds: string[]): Promise<string[]> {
  const answer = await call("ec2", "DescribeInstances", { InstanceIds });
  const states = select("$.Reservations[*].Instances[*].State.Name", answer);
  return Array.isArray(states) ? states.map(String) : [];
}

/** "When set to running, this action waits for [...] the Instance Status to be OK, and the System Status to be OK". */
async function isWell({ call, inputs }: ActionContext, desired: string): Promise<boolean> {
  if (desired !== "running") return true;
  const InstanceIds = texts(inputs, "InstanceIds");
  const answer = await call("ec2", "DescribeInstanceStatus", { InstanceIds });
  const all = ["InstanceStatus", "SystemStatus"].flatMap((name) => {
    const found = select(`$.InstanceStatuses[*].${name}.Status`, answer);
    return Array.isArray(found) ? found : [];
  });
  return all.length === 2 * InstanceIds.length && all.every((status) => status === "ok");
}
