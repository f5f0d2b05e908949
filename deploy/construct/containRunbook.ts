import { Stack, Token } from "aws-cdk-lib";
import type * as iam from "aws-cdk-lib/aws-iam";
import type * as s3 from "aws-cdk-lib/aws-s3";
import type * as sns from "aws-cdk-lib/aws-sns";
import type { CfnDocument } from "aws-cdk-lib/aws-ssm";
import { Construct } from "constructs";
import { type Config, configOf } from "../../common/config.ts";
import { declaredPermissions } from "../../document/permissions.ts";
import { rolePolicy } from "../../document/policy.ts";
import { respondToFinding } from "../../document/respond/runbook.ts";
import { documentName } from "../../document/runbook.ts";
import { backupBucket } from "../stacks/bucket.ts";
import { document } from "../stacks/document.ts";
import { respond } from "../stacks/respond.ts";
import { automationRole } from "../stacks/roles.ts";
import { type DocumentSource, packagedDocument } from "./packaged.ts";

/** The settings of a deployment that belong to what the construct makes; docs/deploy.md tells each. */
export type RunbookSettings = Pick<
  Config,
  | "documentName"
  | "regions"
  | "automationRoleName"
  | "executionRoleName"
  | "rolePath"
  | "permissionsBoundary"
  | "backupBucket"
  | "backupBucketPrefix"
  | "buckets"
  | "oldVersionsDays"
  | "objectLockDays"
  | "breakGlassRole"
  | "accessLogsDays"
  | "respondApprovers"
  | "respondApprovals"
  | "respondEmails"
  | "respondSeverity"
  | "respondSecurityHubAction"
  | "respondBucket"
>;

/** All of them have defaults: those of docs/deploy.md. */
export interface ContainRunbookProps extends Partial<RunbookSettings> {
  /**
   * Whether the roles are made here. Roles are for all Regions of an account.
   *
   * @default - in the first of `regions`, and where none are named
   */
  readonly createRoles?: boolean;
  /**
   * Where the documents come from.
   *
   * @default - those that this package was released with
   */
  readonly documents?: DocumentSource;
}

/**
 * The runbook ContainEC2Instance in a stack of any CDK app: the document, the role that it acts as and, by settings,
 * the bucket for its backups and what findings start.
 *
 * The stack's template has the document's text in it and is larger than CloudFormation takes directly: the account
 * has to be bootstrapped for CDK, or the template to be uploaded to a bucket.
 *
 * @throws Error that names every wrong setting at once
 */
export class ContainRunbook extends Construct {
  /** The document in Systems Manager. */
  readonly document: CfnDocument;
  /** Its name: what an execution is started by. */
  readonly documentName: string;
  /** What the document acts as: the value for the parameter AutomationAssumeRole. Undefined where it is made elsewhere. */
  readonly role: iam.Role | undefined;
  /** The bucket for backups: the value for the parameter S3BucketName. Undefined unless `backupBucket` is true. */
  readonly backupBucket: s3.Bucket | undefined;
  /** Where the approvers of containments are asked. Undefined unless `respondApprovers` names some. */
  readonly approvalTopic: sns.Topic | undefined;

  constructor(scope: Construct, id: string, props: ContainRunbookProps = {}) {
    super(scope, id);
    const { createRoles, documents = packagedDocument, ...settings } = props;
    const config = configOf(settings, isLater);
    const { region } = Stack.of(this);
    const own = Token.isUnresolved(region) ? [] : [region];
    const regions = config.regions.length > 0 ? config.regions : own;
    const withRoles = createRoles ?? (own.length === 0 || region === regions[0]);

    this.document = document(this, config.documentName, documents(documentName));
    this.documentName = this.document.ref;
    this.role = withRoles ? automationRole(this, config, { policy }, regions) : undefined;
    this.backupBucket = config.backupBucket ? backupBucket(this, config) : undefined;
    this.approvalTopic =
      config.respondApprovers.length > 0
        ? respond(
            new Construct(this, "Respond"),
            config,
            documents(respondToFinding.name),
            regions,
            withRoles,
          )
        : undefined;
  }
}

const policy = (scope: Parameters<typeof rolePolicy>[1]): ReturnType<typeof rolePolicy> =>
  rolePolicy(declaredPermissions, scope);

/** Whether a setting is known only when the stack is deployed. */
const isLater = (given: unknown): boolean =>
  Token.isUnresolved(given) ||
  (Array.isArray(given) && given.some((one) => Token.isUnresolved(one)));
