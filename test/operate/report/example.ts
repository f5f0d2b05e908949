import type { AutomationExecution, StepExecution } from "@aws-sdk/client-ssm";
import type { Case } from "../../../operate/case.ts";
import { instanceRunOf } from "../../../operate/instanceRun.ts";
import type { Home, Place } from "../../../operate/places.ts";
import { type ReportData, reportPage } from "../../../operate/report/page.tsx";
import type { InstanceData } from "../../../operate/report/parts.tsx";
import { recordOf } from "../../../operate/report/record.ts";

export const ID = "01234567-89ab-4cde-8f01-23456789abcd";
export const INSTANCE = "i-0123456789abcdef0";
export const ENI = "eni-0123456789abcdef0";
export const DIGEST = "a".repeat(64);
export const KEY = `2026/11/25/16/35/${ID}.${DIGEST}.json`;
export const WEB = { id: "sg-0123456789abcdef1", name: "web" };
export const INSIDE = {
  id: "sg-0123456789abcdef2",
  name: `ContainEC2Instance-containment-${INSTANCE}-${ID}`,
};

const step = (name: string, more: Partial<StepExecution> = {}): StepExecution => ({
  StepName: name,
  Action: "aws:executeScript",
  StepStatus: "Success",
  ExecutionStartTime: new Date("2026-11-25T16:35:13.388Z"),
  ExecutionEndTime: new Date("2026-11-25T16:35:13.888Z"),
  ...more,
});

/** What an example has otherwise than a Contain that went well. */
export interface Otherwise {
  readonly execution?: Partial<AutomationExecution>;
  readonly steps?: Readonly<Record<string, Partial<StepExecution>>>;
  readonly title?: string;
  readonly sections?: Readonly<Record<string, readonly unknown[]>>;
  /** Whether the run has a report; by default it has. */
  readonly report?: boolean;
  readonly groupName?: string;
  /** What a release has in its backup, by interface. */
  readonly recorded?: Readonly<Record<string, object>>;
}

/** The execution of a Contain of one interface with the group `web`, or what is made of it. */
export function executionLike(otherwise: Otherwise = {}): AutomationExecution {
  const { execution, groupName = WEB.name } = otherwise;
  const group = `${WEB.id} (${groupName})`;
  const report = {
    Title: `${otherwise.title ?? "CONTAINED"}: ${INSTANCE} in 111122223333, us-east-1, execution ${ID}`,
    Interfaces: [`${ENI}: contained; before ${group}; now ${INSIDE.id} (${INSIDE.name})`],
    Backup: [`s3://evidence-one/${KEY}`],
    ...otherwise.sections,
  };
  return {
    AutomationExecutionId: ID,
    DocumentName: "ContainEC2Instance",
    DocumentVersion: "3",
    AutomationExecutionStatus: "Success",
    ExecutionStartTime: new Date("2026-11-25T16:35:13.388Z"),
    ExecutionEndTime: new Date("2026-11-25T16:35:25.364Z"),
    ExecutedBy: "arn:aws:iam::111122223333:user/responder",
    Parameters: { InstanceId: [INSTANCE], DryRun: ["false"] },
    Outputs:
      otherwise.report === false
        ? {}
        : {
            "verdict.Json": [JSON.stringify(report)],
            "containFinalOutput.Output": ["the report as text"],
            "reportContain.Output": [
              "No output available yet because the step is not successfully executed",
            ],
          },
    ...execution,
  };
}

/** The record of such an execution. */
export function recordLike(otherwise: Otherwise = {}) {
  const { steps = {}, groupName = WEB.name } = otherwise;
  const rules = { Ingress: [], Egress: [] };
  const run = {
    AccountId: "111122223333",
    Region: "us-east-1",
    Bucket: "evidence-one",
    Key: KEY,
    Backup: "{}",
    Interfaces: {
      [ENI]: {
        Vpc: "vpc-0123456789abcdef0",
        Groups: [WEB.id],
        Names: { [WEB.id]: groupName },
        Before: [WEB.id],
      },
    },
    Calls: {},
    ...(otherwise.recorded && { Recorded: otherwise.recorded }),
  };
  const known: Readonly<Record<string, Partial<StepExecution>>> = {
    validateRequiredInputs: { Outputs: { Inputs: [JSON.stringify({ Rules: rules })] } },
    getAutoScalingInstanceInfo: { Outputs: { Run: [JSON.stringify(run)] } },
    backupInstanceSecurityGroups: {},
    branchOnAutoScalingGroupMembership: {},
    createContainmentSecurityGroup: {},
    verdict: {},
    ...steps,
  };
  return recordOf(
    executionLike(otherwise),
    Object.entries(known).map(([name, more]) => step(name, more)),
  );
}

/** All that a page shows of such a record, with nothing read at the time of the report. */
export const dataLike = (otherwise: Otherwise = {}): ReportData => ({
  record: recordLike(otherwise),
  region: "us-east-1",
  now: undefined,
  evidence: undefined,
  descriptions: new Map(),
  made: new Date("2026-11-25T17:00:00Z"),
});

const HERE: Place = { account: undefined, region: "us-east-1" };

/** What is said of one instance of a case, and from where. */
interface Member extends Otherwise {
  readonly place?: Place;
  /** What is shown besides; a text says why there is nothing. */
  readonly data?: InstanceData | string;
}

/** The page of a run over several instances. */
export function caseLike(
  members: readonly Member[],
  more: Partial<Case> = {},
  home: Partial<Home> = {},
): ReportData {
  const id = (at: number): string => `${ID.slice(0, -2)}${String(at).padStart(2, "0")}`;
  const execution: Partial<AutomationExecution> = {
    TargetParameterName: "InstanceId",
    Targets: [{ Key: "tag:Team", Values: ["web"] }],
    Parameters: { S3BucketName: ["evidence-one"] },
    Outputs: {},
  };
  const runs = members.map((member, at) => ({
    ...instanceRunOf(executionLike(member), member.place ?? HERE),
    id: id(at),
  }));
  return {
    ...dataLike({ execution }),
    record: recordOf(executionLike({ execution }), []),
    whole: {
      found: {
        id: ID,
        document: "ContainEC2Instance",
        status: "Success",
        fleet: true,
        runs,
        unread: [],
        ...more,
      },
      home: {
        ...{ region: "us-east-1", assumeRole: undefined, ...home },
        clientsAt: () => Promise.reject(new Error("nothing is read")),
      },
      each: new Map(members.map((member, at) => [id(at), member.data ?? dataLike(member)])),
    },
  };
}

/** What somebody could call something, and what of it must be in the page. */
export const HOSTILE = [
  ["<script>alert(1)</script>", "&lt;script>alert(1)&lt;/script>"],
  ['"><img src=x onerror=alert(1)>', "&quot;>&lt;img src=x onerror=alert(1)>"],
  ["' onmouseover='alert(1)", "' onmouseover='alert(1)"],
  ["&lt;b&gt;", "&amp;lt;b&amp;gt;"],
  ["</style></pre></details>", "&lt;/style>&lt;/pre>&lt;/details>"],
  ["a\u001b[31mred\u0007", "a\\x1b[31mred\\x07"],
  ["web\u202egpj.exe\u2066", "web\\u202egpj.exe\\u2066"],
  ["zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"],
  ["line\u2028end", "line\\u2028end"],
  ["javascript:alert(1)", "javascript:alert(1)"],
] as const;

/** A page in which every text that a person may choose is this one. */
export const hostilePage = (text: string): string => reportPage(hostileData(text));

/** The page of a run over several instances with the same texts. */
export function hostileCase(text: string): string {
  const otherwise = hostileRun(text);
  const place = { account: "444455556666", region: text };
  const data = caseLike(
    [
      { ...otherwise, title: "CONTAINED", data: hostileData(text) },
      { ...otherwise, title: "CONTAINMENT FAILED", place, data: text },
    ],
    { document: text, unread: [{ place, why: text }] },
    { assumeRole: text },
  );
  return reportPage(data);
}

const hostileRun = (text: string): Otherwise => ({
  groupName: text,
  execution: {
    DocumentName: text,
    ExecutedBy: text,
    FailureMessage: text,
    Parameters: { InstanceId: [INSTANCE], TagIdentifier: [text], DryRun: ["false"] },
  },
  steps: { [text]: { FailureMessage: text, StepStatus: "Failed" } },
  sections: {
    "What failed": [text],
    Warnings: [text],
    Tagged: [text],
    Images: [text],
    "Not cut": [text],
    "To release": [`aws ${text}`, text],
    "Calls made": [{ Call: text, Parameters: { Tags: text } }],
  },
});

/** All that a page shows, with this text in every place. */
function hostileData(text: string): ReportData {
  const data = dataLike(hostileRun(text));
  return {
    ...data,
    region: text,
    descriptions: new Map([[text, text]]),
    now: {
      read: data.made,
      unread: [text],
      groups: new Map(),
      interfaces: [
        {
          id: text,
          vpc: text,
          addresses: [text],
          state: text,
          groups: [
            {
              id: text,
              name: text,
              note: text,
              rules: {
                ingress: [{ traffic: text, peer: { kind: "group", id: text, name: text } }],
                egress: [],
              },
            },
          ],
        },
      ],
    },
    evidence: {
      read: data.made,
      unread: [text],
      backup: { digest: text, bytes: 1, versionId: text, written: undefined, text: undefined },
      images: [
        {
          id: text,
          name: text,
          state: text,
          made: text,
          snapshots: [{ id: text, encrypted: true }],
        },
      ],
    },
  };
}
