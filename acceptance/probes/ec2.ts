import {
  AuthorizeSecurityGroupIngressCommand,
  CreateNetworkInterfaceCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  ModifyNetworkInterfaceAttributeCommand,
} from "@aws-sdk/client-ec2";
import { about, compared, type Probe } from "../probe.ts";
import { output, runProbe } from "../resources/executions.ts";
import { group, network, rule, tagged } from "../resources/network.ts";
import { RUN_TAG, type Run } from "../run.ts";

const NAME = "dry-run";

/** An interface on a group, of no instance. */
const idleInterface = (run: Run, groupId: string): Promise<string> =>
  run.once("idle interface", async () => {
    const { subnet } = await network(run);
    return run.registry.numbered("interface", async () => {
      const made = await run.clients.ec2.send(
        new CreateNetworkInterfaceCommand({
          SubnetId: subnet,
          Groups: [groupId],
          TagSpecifications: tagged(run, "network-interface"),
        }),
      );
      return made.NetworkInterface?.NetworkInterfaceId;
    });
  });

const code = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => "done, no dry run",
    (error: Error) => error.name,
  );

/** What the emulator answers to each. */
const EXPECTED = {
  "a name that is taken": "DryRunOperation",
  "a rule given twice": "DryRunOperation",
  "a group in use deleted": "DryRunOperation",
  "a group that is not there": "InvalidGroup.NotFound",
};

export const ec2DryRun: Probe = {
  ...about("ec2-dry-run"),
  needs: ["network"],
  costs: { steps: 0, scriptSeconds: 0 },
  run: async (run) => {
    const { ec2 } = run.clients;
    const { vpc } = await network(run);
    const GroupId = await group(run, NAME, 22);
    const NetworkInterfaceId = await idleInterface(run, GroupId);
    const DryRun = true;
    const seen: Record<keyof typeof EXPECTED, string> = {
      "a name that is taken": await code(
        ec2.send(
          new CreateSecurityGroupCommand({
            ...{ DryRun, GroupName: NAME, Description: "npm run acceptance", VpcId: vpc },
            TagSpecifications: tagged(run, "security-group"),
          }),
        ),
      ),
      "a rule given twice": await code(
        ec2.send(
          new AuthorizeSecurityGroupIngressCommand({ DryRun, GroupId, IpPermissions: [rule(22)] }),
        ),
      ),
      "a group in use deleted": await code(
        ec2.send(new DeleteSecurityGroupCommand({ DryRun, GroupId })),
      ),
      "a group that is not there": await code(
        ec2.send(
          new ModifyNetworkInterfaceAttributeCommand({
            ...{ DryRun, NetworkInterfaceId, Groups: ["sg-0123456789abcdef0"] },
          }),
        ),
      ),
    };
    const all = Object.entries(seen);
    const found = all.filter(([, name]) => name !== "DryRunOperation");
    return compared(
      all.every(([what, name]) => EXPECTED[what as keyof typeof EXPECTED] === name),
      found.length === 0
        ? "none of four faults"
        : `${found.length} of four faults: ${found.map(([what, name]) => `${what} (${name})`).join(", ")}`,
      seen,
    );
  },
};

export const freshTag: Probe = {
  ...about("fresh-tag"),
  needs: ["network", "probe role"],
  costs: { steps: 1, scriptSeconds: 60 },
  run: async (run) => {
    const { vpc: Vpc } = await network(run);
    const end = await runProbe(run, "freshTag", { Vpc, Tag: RUN_TAG, Value: run.id });
    if (end.status !== "Success") throw new Error(end.failure || `It ended ${end.status}.`);
    const [made, refused, longest, codes] = ["Made", "Refused", "Longest", "Codes"].map((name) =>
      output(end, `change.${name}`),
    );
    return compared(
      Number(refused) === 0,
      Number(refused) === 0
        ? `at once, ${made} times of ${made}`
        : `${refused} refusals (${codes}) over ${made} groups, for ${longest} s at most`,
      { made: Number(made), refused: Number(refused), longest: Number(longest), codes },
    );
  },
};
