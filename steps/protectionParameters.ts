import type { Parameter, Reference } from "../build/types.ts";
import { parameters } from "./parameters.ts";

const { InstanceId, DryRun, S3BucketName, AutomationAssumeRole } = parameters;

/** What a protection is switched off by; its name is that of the protection's kind in reports and backups. */
const wanted = (description: string) =>
  ({
    type: "Boolean",
    description: `(Protect only) ${description}`,
    default: true,
  }) as const satisfies Parameter;

/** The parameters of ProtectEC2Evidence, named as those of the containment. */
export const protectionParameters = {
  InstanceId,
  Action: {
    type: "String",
    description:
      "(Optional) Protect keeps the instance and its volumes from being lost. Release gives back what Protect changed.",
    default: "Protect",
    allowedValues: ["Protect", "Release"],
  },
  DryRun,
  TerminationProtection: wanted("false leaves termination protection as it is."),
  KeepVolumes: wanted("false leaves DeleteOnTermination of the volumes as it is."),
  StopOnShutdown: wanted("false leaves the shutdown behavior as it is."),
  RevokeSessions: wanted(
    "false leaves the sessions of the instance's role alone. true cuts whatever else has that role, too.",
  ),
  DisassociateElasticIps: wanted("false leaves Elastic IPs where they are."),
  S3BucketName: {
    ...S3BucketName,
    description: "(Required) The private S3 bucket of this account for the backup.",
  },
  S3PrefixName: {
    ...parameters.S3PrefixName,
    description:
      "(Required for Release) Protect: a folder for the backup, such as incidents/4711. Release: the backup's key, as Protect reported it (….DIGEST.json).",
  },
  AutomationAssumeRole,
} as const satisfies Record<string, Parameter>;

/** References to the parameters. */
export const protectionParameter = Object.fromEntries(
  Object.keys(protectionParameters).map((name) => [name, { reference: name }]),
) as { readonly [K in keyof typeof protectionParameters]: Reference };
