import { readFileSync } from "node:fs";
import { accountIdPattern } from "automation-language/arn";
import { inProject } from "../build/root.ts";
import { Problem } from "./problem.ts";

/** What a deployment is told by the context in cdk.json and by `-c contain:NAME=VALUE`. docs/deploy.md says what each is for. */
export interface Config {
  readonly documentName: string;
  /** A YAML file to publish instead of the runbook compiled from this working tree; empty: compile. */
  readonly documentFile: string;
  /** Where the document is published; the first Region also holds the roles. Empty: the Region of the credentials. */
  readonly regions: readonly string[];
  readonly automationRoleName: string;
  readonly executionRoleName: string;
  readonly administrationRoleName: string;
  /** The path of each role that is made, such as /security/. */
  readonly rolePath: string;
  /** The policy that bounds each role that is made: its ARN, or the name that it has in every account; empty: none. */
  readonly permissionsBoundary: string;
  readonly administration: boolean;
  /** The account that starts multi-account runs; empty: the account deployed to. */
  readonly centralAccount: string;
  readonly backupBucket: boolean;
  readonly backupBucketPrefix: string;
  /** The buckets that the roles may use, `*` allowed in a name. The backup buckets and respondBucket are added; none of all these: all of the account. */
  readonly buckets: readonly string[];
  readonly oldVersionsDays: number;
  /** Days for which S3 Object Lock (governance mode) keeps each backup; 0: no lock. */
  readonly objectLockDays: number;
  /** The role that may change and delete backups besides the runbook's own: its ARN or name; empty: none may. */
  readonly breakGlassRole: string;
  /** Days for which a bucket keeps the access logs of the backup bucket; 0: no logs. */
  readonly accessLogsDays: number;
  readonly organizationalUnits: readonly string[];
  readonly copyDocument: boolean;
  readonly callAs: "SELF" | "DELEGATED_ADMIN";
  /** Who approves containments that findings ask for; empty: findings start nothing. */
  readonly respondApprovers: readonly string[];
  /** How many of them have to approve. */
  readonly respondApprovals: number;
  /** Addresses that the topic of the approvers sends to. */
  readonly respondEmails: readonly string[];
  /** The least severity of a finding of GuardDuty that starts a response, 1 to 10. */
  readonly respondSeverity: number;
  /** The id of a custom action of Security Hub that starts one; empty: none does. */
  readonly respondSecurityHubAction: string;
  /** The bucket for the backups of these containments; empty: the one that is deployed. */
  readonly respondBucket: string;
  /** Whether the document that protects evidence is deployed, with a role of its own. */
  readonly protect: boolean;
  /** The roles of instances whose sessions it may revoke, with their paths, `*` allowed; none: of no role. */
  readonly protectRoles: readonly string[];
  /** The bucket that templates are uploaded to with the caller's own rights, `{account}` and `{region}` filled in; empty: CDK's bootstrapped environment. */
  readonly templateBucket: string;
  readonly tags: Readonly<Record<string, string>>;
}

const PREFIX = "contain:";

type Read<T> = (given: unknown) => T | undefined;

const text =
  (pattern: RegExp): Read<string> =>
  (given) =>
    typeof given === "string" && pattern.test(given) ? given : undefined;

const list =
  (pattern: RegExp): Read<readonly string[]> =>
  (given) => {
    const items = typeof given === "string" ? given.split(",") : given;
    if (!Array.isArray(items)) return undefined;
    return items.every((item) => typeof item === "string" && pattern.test(item))
      ? [...new Set(items)]
      : undefined;
  };

const flag: Read<boolean> = (given) =>
  given === true || given === "true"
    ? true
    : given === false || given === "false"
      ? false
      : undefined;

const days =
  (most: number): Read<number> =>
  (given) => {
    const value = typeof given === "string" && /^\d+$/.test(given) ? Number(given) : given;
    return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= most
      ? value
      : undefined;
  };

const integer =
  (least: number, most: number): Read<number> =>
  (given) => {
    const value = days(most)(given);
    return value !== undefined && value >= least ? value : undefined;
  };

const tags: Read<Readonly<Record<string, string>>> = (given) => {
  const value =
    typeof given === "string"
      ? Object.fromEntries(
          given.split(",").map((pair) => /^([^=]*)=(.*)$/.exec(pair)?.slice(1) ?? [pair]),
        )
      : given;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const good = Object.entries(value).every(
    ([key, word]) =>
      typeof word === "string" &&
      /^(?!aws:)[\p{L}\p{N} _.:/=+@-]{1,128}$/iu.test(key) &&
      /^[\p{L}\p{N} _.:/=+@-]{1,256}$/u.test(word),
  );
  return good ? (value as Record<string, string>) : undefined;
};

const REGION = /^[a-z]{2,}(-[a-z]+)+-\d+$/;
/** Whether a text can be the name of a Region. */
export const isRegion = (text: string): boolean => REGION.test(text);

const UNIT = /^ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}$/;
/** Whether a text can be an account's id or an organizational unit's. */
export const isAccountOrUnit = (text: string): boolean =>
  accountIdPattern.test(text) || UNIT.test(text);

const ROLE = /^[\w+=,.@-]{1,64}$/;
const ROLE_IN_WORDS = "an IAM role name of at most 64 letters, digits and + = , . @ - _";

/**
 * Each key of the context: how it is read, its default, and what it must be.
 * Limits: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateDocument.html (document name;
 * stacks and StackSets are named after it, with up to 15 characters more, and take 128),
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html (bucket name: the prefix and
 * -ACCOUNT-REGION share 63 characters; three beginnings are reserved) and
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Tag.html (a tag's value is not empty).
 */
const KEYS: { readonly [K in keyof Config]: readonly [Read<Config[K]>, Config[K], string] } = {
  documentName: [
    text(/^(?!aws|amazon|amzn)[a-zA-Z0-9_\-.]{3,113}$/i),
    "ContainEC2Instance",
    "3 to 113 letters, digits, _ - or . that do not begin with aws, amazon or amzn, which are AWS's own",
  ],
  documentFile: [text(/^/), "", "the path of a YAML file"],
  regions: [list(REGION), [], "Regions such as us-east-1, separated by commas"],
  automationRoleName: [text(ROLE), "ContainEC2Instance-Automation", ROLE_IN_WORDS],
  executionRoleName: [text(ROLE), "ContainEC2Instance-Execution", ROLE_IN_WORDS],
  administrationRoleName: [text(ROLE), "ContainEC2Instance-Administration", ROLE_IN_WORDS],
  rolePath: [
    text(/^\/(?:[!-.0-~]{1,100}\/){0,5}$/),
    "/",
    "a path that begins and ends with /, such as /security/",
  ],
  permissionsBoundary: [
    text(
      /^(?:arn:aws[a-z-]*:iam::(?:\d{12}|aws):policy\/.+|(?:[\w+=,.@-]+\/)*[\w+=,.@-]{1,128})?$/,
    ),
    "",
    "the ARN of a policy, or its name (with its path: security/NAME) in each account",
  ],
  administration: [flag, false, "true or false"],
  centralAccount: [text(/^(\d{12})?$/), "", "an account id of 12 digits"],
  backupBucket: [flag, false, "true or false"],
  backupBucketPrefix: [
    text(/^(?!xn--|sthree-|amzn-s3-demo-)[a-z0-9][a-z0-9-]{0,34}$/),
    "contain-ec2-backup",
    "at most 35 lower-case letters, digits and hyphens, and not begin with xn--, sthree- or amzn-s3-demo-, which are AWS's own",
  ],
  buckets: [
    list(/^[a-z0-9*][a-z0-9.*-]{0,62}$/),
    [],
    "names of buckets, separated by commas, with * for any characters",
  ],
  oldVersionsDays: [days(36_500), 365, "a number of days"],
  objectLockDays: [days(36_500), 0, "a number of days, 0 for no lock"],
  breakGlassRole: [
    text(/^(?:arn:aws[a-z-]*:iam::\d{12}:role\/.+|(?:[\w+=,.@-]+\/)*[\w+=,.@-]{1,64})?$/),
    "",
    "the ARN of a role, or its name (with its path: security/NAME) in each account",
  ],
  accessLogsDays: [days(36_500), 0, "a number of days, 0 for no logs"],
  organizationalUnits: [
    list(new RegExp(`${UNIT.source}|^r-[a-z0-9]{4,32}$`)),
    [],
    "ids of organizational units (ou-…) or of the root (r-…), separated by commas",
  ],
  copyDocument: [flag, false, "true or false"],
  callAs: [
    (given) => (given === "SELF" || given === "DELEGATED_ADMIN" ? given : undefined),
    "SELF",
    "SELF (management account) or DELEGATED_ADMIN",
  ],
  respondApprovers: [
    list(/^(?:arn:aws[a-z-]*:iam::\d{12}:(?:user|role)\/[\w+=.@/-]{1,512}|[\w+=.@-]{1,64})$/),
    [],
    "up to 10 ARNs of IAM users or roles, or names of users, separated by commas",
  ],
  respondApprovals: [integer(1, 10), 1, "a number from 1 to 10"],
  respondEmails: [list(/^[^@\s]+@[^@\s]+$/), [], "e-mail addresses, separated by commas"],
  respondSeverity: [integer(1, 10), 7, "a number from 1 to 10; 7 is High"],
  respondSecurityHubAction: [
    text(/^[a-zA-Z0-9]{0,20}$/),
    "",
    "the ID of a custom action, up to 20 letters and digits",
  ],
  respondBucket: [text(/^(?:[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?$/), "", "the name of a bucket"],
  protect: [flag, false, "true or false"],
  protectRoles: [
    list(/^[\w+=,.@/*-]{1,512}$/),
    [],
    "names of roles, with their paths, separated by commas, with * for any characters",
  ],
  templateBucket: [
    text(/^(?:(?:[a-z0-9.-]|\{account\}|\{region\}){3,63})?$/),
    "",
    "the name of a bucket, with {account} and {region} for those of the stack",
  ],
  tags: [
    tags,
    {},
    "a map of tags, or KEY=VALUE,KEY=VALUE, of letters, digits, blanks and _ . : / = + - @",
  ],
};

/**
 * Settings that a program gives by their names, the others with their defaults.
 *
 * @throws Problem that names every wrong one at once
 */
export function configOf(
  settings: Readonly<Partial<Config>>,
  isLater: (given: unknown) => boolean,
): Config {
  const context = Object.entries(settings).map(([key, value]) => [PREFIX + key, value] as const);
  try {
    return parseConfig(Object.fromEntries(context), isLater);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new Problem(error.message.replaceAll(PREFIX, ""), "Correct them where they are given.");
  }
}

/** The context's keys, with the prefix that they have in cdk.json. */
export const contextKeys: readonly string[] = Object.keys(KEYS).map((key) => PREFIX + key);

/**
 * Reads the deployment's settings out of CDK context, the one place where they are checked.
 *
 * @param context values by context key (`contain:…`); other keys are CDK's and are left alone
 * @param isLater whether a value is known only when the stack is deployed, and can't be checked here
 * @throws Problem that names every wrong or unknown key at once
 */
export function parseConfig(
  context: Readonly<Record<string, unknown>>,
  isLater: (given: unknown) => boolean = () => false,
): Config {
  const wrong: string[] = [];
  for (const key of Object.keys(context))
    if (key.startsWith(PREFIX) && !contextKeys.includes(key)) wrong.push(`${key} is not a setting`);
  const read = <K extends keyof Config>(key: K): Config[K] => {
    const [parse, fallback, expected] = KEYS[key];
    const given = context[PREFIX + key];
    if (given === undefined) return fallback;
    if (isLater(given)) return given as Config[K];
    const value = parse(given);
    if (value !== undefined) return value;
    wrong.push(`${PREFIX}${key} is ${JSON.stringify(given)}, it must be ${expected}`);
    return fallback;
  };
  const config = Object.fromEntries(
    (Object.keys(KEYS) as (keyof Config)[]).map((key) => [key, read(key)]),
  ) as unknown as Config;
  for (const [key, does] of [
    ["objectLockDays", "locks"],
    ["accessLogsDays", "logs accesses to"],
    ["breakGlassRole", "may change"],
  ] as const)
    if (config[key] && !config.backupBucket)
      wrong.push(
        `${PREFIX}${key} ${does} the backup bucket: set ${PREFIX}backupBucket to true with it`,
      );
  if (config.copyDocument && config.organizationalUnits.length === 0)
    wrong.push(
      `${PREFIX}copyDocument puts a copy into the accounts of units: name them in ${PREFIX}organizationalUnits with it`,
    );
  wrong.push(...wrongExecution(config), ...wrongResponse(config), ...wrongProtection(config));
  const roles = ["automationRoleName", "executionRoleName", "administrationRoleName"] as const;
  // IAM tells names apart without regard to case.
  if (new Set(roles.map((key) => config[key].toLowerCase())).size < roles.length)
    wrong.push(
      `${roles.map((key) => PREFIX + key).join(", ")} name three roles of one account: they must differ`,
    );
  if (wrong.length > 0)
    throw new Problem(
      `The deployment's settings are wrong: ${wrong.join("; ")}.`,
      "Correct them in cdk.json, or in -c contain:NAME=VALUE.",
    );
  return config;
}

/**
 * Runs in other accounts name the execution role with its path, in fewer characters than IAM takes.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_TargetLocation.html
 */
function wrongExecution(config: Config): readonly string[] {
  const role = executionRoleOf(config);
  if (!config.administration && config.organizationalUnits.length === 0) return [];
  if (/^[\w+=,.@/-]{1,64}$/.test(role)) return [];
  return [
    `${PREFIX}rolePath and ${PREFIX}executionRoleName make ${role}, of ${role.length} characters: runs in other accounts take at most 64 letters, digits and _ + = , . @ / - there`,
  ];
}

/** What does not fit together among the settings of the response to findings. */
function wrongResponse(config: Config): readonly string[] {
  const { respondApprovers: approvers, respondApprovals, respondBucket, backupBucket } = config;
  const wrong: string[] = [];
  if (approvers.length > 10)
    wrong.push(`${PREFIX}respondApprovers names ${approvers.length}, at most 10 can be asked`);
  if (approvers.length > 0 && respondApprovals > approvers.length)
    wrong.push(
      `${PREFIX}respondApprovals is ${respondApprovals}, more than ${PREFIX}respondApprovers names`,
    );
  if (approvers.length > 0 && respondBucket === "" && !backupBucket)
    wrong.push(
      `${PREFIX}respondApprovers needs a bucket for the backups: set ${PREFIX}backupBucket to true or name one in ${PREFIX}respondBucket`,
    );
  const given = [config.respondEmails.length > 0, config.respondSecurityHubAction, respondBucket];
  if (approvers.length === 0 && given.some(Boolean))
    wrong.push(
      `${PREFIX}respondEmails, respondSecurityHubAction and respondBucket are for a response to findings: name who approves it in ${PREFIX}respondApprovers`,
    );
  return wrong;
}

/**
 * What does not fit together among the settings of the protection. Who may write a role's policies can give it any
 * permission: no role of a deployment is among them.
 */
function wrongProtection(config: Config): readonly string[] {
  const { protect, protectRoles } = config;
  const own = [
    config.automationRoleName,
    config.executionRoleName,
    config.administrationRoleName,
    respondNames(config).role,
    respondNames(config).starter,
    protectRoleName(config),
  ].flatMap((name) => [name, `${config.rolePath.slice(1)}${name}`]);
  const named = (pattern: string): readonly string[] => {
    const parts = pattern.split("*").map((part) => part.replace(/[.+]/g, "\\$&"));
    return own.filter((role) => new RegExp(`^${parts.join(".*")}$`).test(role));
  };
  return [
    ...(protectRoles.length > 0 && !protect
      ? [`${PREFIX}protectRoles is for the protection of evidence: set ${PREFIX}protect to true`]
      : []),
    ...protectRoles
      .filter((pattern) => named(pattern).length > 0)
      .map(
        (pattern) =>
          `${PREFIX}protectRoles has ${pattern}, which is also ${named(pattern)[0]}, a role of this deployment that nobody should change: name the instances' roles more closely`,
      ),
  ];
}

/**
 * The settings as a command sees them: cdk.json with the `-c KEY=VALUE` of the command line over it.
 *
 * @param overrides `KEY=VALUE`, the key with or without `contain:`
 */
export function loadConfig(overrides: readonly string[] = []): Config {
  return parseConfig({
    ...readContext(inProject("cdk.json")),
    ...Object.fromEntries(contextArguments(overrides)),
  });
}

/**
 * The context of a cdk.json.
 *
 * @throws Problem when it is not JSON with a map named context
 */
export function readContext(path: string): Readonly<Record<string, unknown>> {
  try {
    const { context } = JSON.parse(readFileSync(path, "utf8"));
    if (typeof context === "object" && context !== null) return context;
    throw new Error("it has no map named context");
  } catch (cause) {
    throw new Problem(
      `${path} can't be read: ${cause instanceof Error ? cause.message : cause}.`,
      "Correct it; `git diff cdk.json` shows what was changed.",
      { cause },
    );
  }
}

/** `-c` arguments as pairs for the CDK command line, with the prefix where it was left out. */
export function contextArguments(
  overrides: readonly string[],
): readonly (readonly [string, string])[] {
  return overrides.map((override) => {
    const at = override.indexOf("=");
    if (at < 1)
      throw new Problem(`-c ${override} has no value.`, "Write it as -c documentName=MyRunbook.");
    const key = override.slice(0, at);
    return [key.includes(":") ? key : PREFIX + key, override.slice(at + 1)];
  });
}

/**
 * The Regions of a command: those of the option, else those of the settings, else the one of the environment.
 *
 * @throws Problem when there is none, or one that can't be a Region
 */
export function regionsOf(
  config: Pick<Config, "regions">,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): readonly [string, ...string[]] {
  const own = environment.AWS_REGION || environment.AWS_DEFAULT_REGION;
  const [first, ...rest] = config.regions.length > 0 ? config.regions : own ? [own] : [];
  if (first === undefined)
    throw new Problem(
      "No AWS Region is set.",
      "Set AWS_REGION, for example `export AWS_REGION=us-east-1`; the Region of a profile is not read.",
    );
  for (const region of [first, ...rest])
    if (!isRegion(region))
      throw new Problem(
        `${region} is not the name of an AWS Region.`,
        "Write it as us-east-1, in AWS_REGION, --region or contain:regions.",
      );
  return [first, ...rest];
}

/** Name of the backup bucket in an account and Region. @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export const backupBucketName = (
  config: Pick<Config, "backupBucketPrefix">,
  account: string,
  region: string,
): string => `${config.backupBucketPrefix}-${account}-${region}`;

/** The bucket that a stack's template is uploaded to. */
export const templateBucketName = (
  { templateBucket }: Pick<Config, "templateBucket">,
  account: string,
  region: string,
): string => templateBucket.replaceAll("{account}", account).replaceAll("{region}", region);

/**
 * The buckets that the roles may use: all that the settings name, and the one that they make. None: every bucket of
 * the account.
 */
export const bucketNames = (
  config: Pick<Config, "buckets" | "backupBucket" | "backupBucketPrefix" | "respondBucket">,
  account: string,
): readonly string[] => [
  ...new Set([
    ...config.buckets,
    ...(config.backupBucket ? [backupBucketName(config, account, "*")] : []),
    ...(config.respondBucket === "" ? [] : [config.respondBucket]),
  ]),
];

/** The execution role with its path, as TargetLocations and the ARN name it. */
export const executionRoleOf = (config: Pick<Config, "rolePath" | "executionRoleName">): string =>
  `${config.rolePath.slice(1)}${config.executionRoleName}`;

/** The name of a role of a further document: after the first document's, within IAM's 64 characters. */
export const furtherRole = ({ documentName }: Pick<Config, "documentName">, what: string): string =>
  `${documentName.slice(0, 50)}-${what}`;

/** The role that ProtectEC2Evidence acts as. */
export const protectRoleName = (config: Pick<Config, "documentName">): string =>
  furtherRole(config, "Protect");

/** The name of the stack that holds the document: its own name, in the letters that a stack may have. */
export const stackName = (config: Pick<Config, "documentName">): string =>
  config.documentName.replace(/[^a-zA-Z0-9-]/g, "-").replace(/^[^a-zA-Z]/, "R");

/** The names of the stacks, by what is in them. */
export const stackNames = (
  config: Pick<Config, "documentName">,
): {
  readonly runbook: string;
  readonly administration: string;
  readonly rollout: string;
  readonly respond: string;
  readonly protect: string;
} => ({
  runbook: stackName(config),
  administration: `${stackName(config)}-Administration`,
  rollout: `${stackName(config)}-Rollout`,
  respond: `${stackName(config)}-Respond`,
  protect: `${stackName(config)}-Protect`,
});

/** The names of what findings start and ask by. Systems Manager sends approvals only to topics that begin with Automation. */
export const respondNames = ({
  documentName,
}: Pick<Config, "documentName">): Readonly<Record<"topic" | "role" | "starter", string>> => ({
  topic: `Automation-${documentName}-Approvals`,
  role: furtherRole({ documentName }, "Respond"),
  starter: furtherRole({ documentName }, "Findings"),
});
