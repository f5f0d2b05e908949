import { isFinal } from "../follow.ts";
import { lines, type RunRecord } from "./record.ts";

/** What to do next: a heading, words, and commands to copy. */
export interface Next {
  readonly heading: string;
  readonly words: readonly string[];
  readonly commands: readonly Command[];
}

export interface Command {
  readonly line: string;
  /** What it does; may be empty. */
  readonly does: string;
}

/** What the lines of the runbook's report do. */
const DOES: readonly (readonly [RegExp, string])[] = [
  [/--disable-api-termination$/, "Keep anybody from terminating the instance."],
  [
    /--instance-initiated-shutdown-behavior stop$/,
    "Keep a shutdown from inside from terminating it.",
  ],
  [/--block-device-mappings /, "Keep its disk when it is terminated."],
  [
    / iam put-role-policy /,
    "End the sessions of its role: keys that were taken from it are refused from then on.",
  ],
  [/ disassociate-address /, "Take its Elastic IP address off."],
  [
    / modify-image-attribute /,
    "Share an image with the account of forensics: put its 12 digits in the place of FORENSICS.",
  ],
];

export const explained = (line: string): Command => ({
  line,
  does: DOES.find(([pattern]) => pattern.test(line))?.[1] ?? "",
});

/** The sections of the runbook's report that tell what to do, in the order in which they help. */
const SECTIONS: readonly (readonly [section: string, heading: string])[] = [
  ["To isolate by hand", "To isolate by hand"],
  ["To finish", "To finish"],
  ["To finish by hand", "To finish by hand"],
  ["Next, which this role may not do", "To keep the evidence (the runbook’s role may not do this)"],
  ["To release", "To release the instance, when the incident is over"],
  ["To give groups back by hand", "To give the groups back by hand"],
];

/**
 * What to do after a run.
 *
 * @param changed whether the instance is not as the run left it any more
 */
export function nextOf(record: RunRecord, region: string, changed = false): readonly Next[] {
  const { report } = record;
  if (!isFinal(record.status)) return followOn(record, region);
  if (!record.ours) return [];
  if (report === undefined)
    return [again(record, region, `To run ${record.action} again, when the cause is mended`, {})];
  if (record.dryRun)
    return [
      again(record, region, `To do this: run ${record.action} for real`, { DryRun: ["false"] }),
    ];
  const contain =
    changed && record.action === "Contain"
      ? [again(record, region, "To contain it again, unless it was released on purpose", {})]
      : [];
  const told = SECTIONS.flatMap(([section, heading]): readonly Next[] => {
    const all = lines(report, section);
    const commands = all.filter((line) => line.startsWith("aws ")).map(explained);
    if (all.length === 0) return [];
    const words = all.filter((line) => !line.startsWith("aws "));
    const start = section === "To finish" && record.action === "Contain";
    return [
      {
        heading,
        words,
        commands: start ? [...again(record, region, "", {}).commands, ...commands] : commands,
      },
    ];
  });
  return [...contain, ...told];
}

/** How to follow a run to its end; nothing for one that has ended. */
export const followOn = (record: RunRecord, region: string): readonly Next[] =>
  isFinal(record.status)
    ? []
    : [
        {
          heading: "To follow it to its end",
          words: ["Then write this report again."],
          commands: [
            explained(`npm run status -- ${record.id} --region ${region}`),
            explained(`npm run report -- ${record.id} --region ${region}`),
          ],
        },
      ];

/** The line that starts the same document with the same parameters, but for those given. */
export function again(
  record: RunRecord,
  region: string,
  heading: string,
  changed: Readonly<Record<string, readonly string[]>>,
): Next {
  const { name, version } = record.document;
  const parameters = JSON.stringify({ ...record.parameters, ...changed });
  return {
    heading,
    words: [],
    commands: [
      explained(
        [
          ...["aws", "--region", region, "ssm", "start-automation-execution"],
          ...["--document-name", quoted(name), "--document-version", quoted(version)],
          ...["--parameters", quoted(parameters)],
          ...record.targeting.map(quoted),
        ].join(" "),
      ),
    ],
  };
}

/** A text as one word of a POSIX shell. */
export const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
