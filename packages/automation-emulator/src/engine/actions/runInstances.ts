import { StepFailure } from "../errors.ts";
import { select } from "../outputs.ts";
import { type Action, count, text } from "./action.ts";

/** In AWS seconds. */
const interval = 5;

/** Inputs that go to RunInstances in another form, or not at all. */
const own = [
  "AdditionalInfo",
  "IamInstanceProfileArn",
  "IamInstanceProfileName",
  "MaxInstanceCount",
  "MinInstanceCount",
  "Monitoring",
];

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-runinstance.html */
export const runInstances: Action = {
  run: async ({ inputs, call, sleep }) => {
    text(inputs, "ImageId");
    const handedOn = Object.entries(inputs).filter(
      ([name, value]) => !own.includes(name) && value !== "",
    );
    const { IamInstanceProfileArn: Arn, IamInstanceProfileName: Name, Monitoring } = inputs;
    const profile = { ...(Arn ? { Arn } : {}), ...(Name ? { Name } : {}) };
    const MinCount = count(inputs, "MinInstanceCount") ?? 1;
    const answer = await call("ec2", "RunInstances", {
      ...Object.fromEntries(handedOn),
      MinCount,
      MaxCount: count(inputs, "MaxInstanceCount") ?? MinCount,
      ...(Object.keys(profile).length > 0 && { IamInstanceProfile: profile }),
      ...(Monitoring !== undefined && { Monitoring: { Enabled: String(Monitoring) === "true" } }),
    });
    const ids = select("$.Instances[*].InstanceId", answer);
    const InstanceIds = Array.isArray(ids) ? ids.map(String) : [];
    for (;;) {
      const found = await call("ec2", "DescribeInstances", { InstanceIds });
      const states = select("$.Reservations[*].Instances[*].State.Name", found);
      const InstanceStates = Array.isArray(states) ? states.map(String) : [];
      if (InstanceStates.every((state) => state === "running")) {
        const outputs = { InstanceIds, InstanceStates };
        return { result: outputs, outputs };
      }
      const lost = InstanceStates.find((state) => !["pending", "running"].includes(state));
      if (lost !== undefined) {
        throw new StepFailure(`An instance is ${lost} instead of running.`, {
          stage: "PostVerification",
        });
      }
      await sleep(interval);
    }
  },
};
