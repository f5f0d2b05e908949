import type { GroupReference, RunRecord } from "./record.ts";
import { calls, lines } from "./record.ts";

/** Something that a run made or changed. */
export interface Change {
  readonly what: string;
  /** Its id, or the beginning of what there is to say. */
  readonly id: string;
  /** The groups before and after, of an interface. */
  readonly groups:
    | { readonly from: readonly GroupReference[]; readonly to: readonly GroupReference[] }
    | undefined;
  readonly detail: string;
}

/** What a live run made and changed, from its report; nothing of a dry run. */
export function changesOf(record: RunRecord): readonly Change[] {
  if (record.dryRun) return [];
  const { report } = record;
  const change = (what: string, id: string, detail = ""): Change => ({
    what,
    id,
    detail,
    groups: undefined,
  });
  const groups = lines(report, "Security groups");
  const backedUp = record.plan?.Backup !== undefined && record.plan.Backup !== "";
  const ran = (name: string): boolean =>
    record.steps.some((step) => step.name === name && step.status === "Success");
  return [
    ...record.interfaces
      .filter(({ from, to }) => to !== undefined && ids(from) !== ids(to))
      .map(
        ({ id, from, to = [] }): Change => ({
          what: "Interface",
          id,
          detail: "",
          groups: { from, to },
        }),
      ),
    ...lines(report, "Security groups").map((line) =>
      change("Security group", line, "is there now"),
    ),
    ...(ran("createAllAccessSecurityGroup") && !groups.some((line) => line.includes("-all-access-"))
      ? [
          change(
            "Security group",
            "the all-access group",
            "made to cut connections, and deleted by the run",
          ),
        ]
      : []),
    ...lines(report, "Auto Scaling").map((line) => change("Auto Scaling", line)),
    ...lines(report, "Images").map((line) => change("Image", line)),
    ...(backedUp && record.backup && ran("backupInstanceSecurityGroups")
      ? [change("Backup", `s3://${record.backup.bucket}/${record.backup.key}`, "written")]
      : []),
    ...lines(report, "Tagged").map((line) => change("Tagged", line)),
    ...calls(report, "Calls made")
      .filter(({ operation }) => operation !== "ec2:ModifyNetworkInterfaceAttribute")
      .map(({ operation, parameters }) => change(operation, JSON.stringify(parameters))),
  ];
}

const ids = (groups: readonly GroupReference[]): string =>
  groups
    .map(({ id }) => id)
    .sort()
    .join();
