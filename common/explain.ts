import { Problem } from "./problem.ts";

interface AwsError extends Error {
  /** An error that a service answered has the status of that answer. */
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
  readonly code?: string;
}

/** What a person can do about an error of AWS or of the way to it; undefined for one that this does not know. */
type Rule = (error: AwsError) => Problem | undefined;

const named =
  (pattern: RegExp, what: (error: AwsError) => string, remedy: (error: AwsError) => string): Rule =>
  (error) =>
    pattern.test(error.name) || pattern.test(error.code ?? "")
      ? new Problem(what(error), remedy(error), { cause: error })
      : undefined;

/** Which profile was asked for credentials. */
const inProfile = (): string =>
  process.env.AWS_PROFILE ? ` in the profile ${process.env.AWS_PROFILE} (AWS_PROFILE)` : "";

/** A command that follows an execution must not start another one. */
const AGAIN =
  "run the command again; an execution that it had started goes on, and npm run status picks it up";

const RULES: readonly Rule[] = [
  named(
    /^(CredentialsProviderError|CredentialsError)$/,
    ({ message }) =>
      /expired/i.test(message)
        ? `The AWS credentials${inProfile()} have expired.`
        : `No AWS credentials were found${inProfile()}.`,
    () =>
      process.env.AWS_PROFILE
        ? `Sign in (aws sso login --profile ${process.env.AWS_PROFILE}), or see that ~/.aws/config has a profile of this name (aws configure list-profiles).`
        : "Sign in (aws sso login, or aws configure) and set AWS_PROFILE, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
  ),
  named(
    /^(ExpiredToken(Exception)?|TokenRefreshRequired|RequestExpired)$/,
    () => `The AWS credentials${inProfile()} have expired.`,
    () => `Sign in again (aws sso login), then ${AGAIN}.`,
  ),
  named(
    /^(UnrecognizedClientException|InvalidClientTokenId|AuthFailure|InvalidSignatureException|SignatureDoesNotMatch|InvalidAccessKeyId)$/,
    (error) => `AWS does not accept the credentials (${error.message}).`,
    () =>
      "Check AWS_PROFILE or the keys with aws sts get-caller-identity. In a Region that has to be enabled first, the account may not have enabled it.",
  ),
  (error) => {
    if (
      !/^(AccessDenied(Exception)?|UnauthorizedOperation|AuthorizationError(Exception)?|Client\.UnauthorizedOperation)$/.test(
        error.name,
      )
    )
      return undefined;
    const action = /perform:? ([a-z0-9-]+:[A-Za-z]+)/.exec(error.message)?.[1];
    const resource = /on resource:? (\S+)/.exec(error.message)?.[1];
    const who = /User:? (\S+)/.exec(error.message)?.[1];
    return new Problem(
      action
        ? `${who ?? "The caller"} may not call ${action}${resource ? ` on ${resource}` : ""}.`
        : `AWS refused the call: ${error.message}`,
      action
        ? `Ask for the permission ${action}; docs/deploy.md lists what each command needs.${/explicit deny/.test(error.message) ? " A policy denies it explicitly, perhaps a service control policy of the organization." : ""}`
        : "Use the management account or a delegated administrator for what concerns the organization; docs/deploy.md lists the permissions.",
      { cause: error },
    );
  },
  named(
    /^AWSOrganizationsNotInUseException$/,
    () => "This account is in no organization.",
    () =>
      "Use credentials of the management account or of a delegated administrator, or name the accounts with --account or --file.",
  ),
  named(
    /^AutomationExecutionNotFoundException$/,
    (error) => `There is no such execution in this Region and account (${error.message}).`,
    () =>
      "Give the Region it was started in with --region, and use credentials of the account it was started in.",
  ),
  named(
    /^(AutomationDefinitionNotFoundException|AutomationDefinitionVersionNotFoundException|InvalidDocument(Version)?)$/,
    (error) => `The document, or that version of it, is not in this Region (${error.message}).`,
    () =>
      "Check the Region (--region), the name (--document) and the version (--document-version); a document that another account shares is named by its ARN, arn:aws:ssm:REGION:OWNER:document/NAME.",
  ),
  (error) =>
    error.name === "InvalidAutomationExecutionParametersException" &&
    /assume role/i.test(error.message)
      ? new Problem(
          `Systems Manager can't act as the role: ${error.message}`,
          "Check that the role (--role) is in the account of the run, trusts ssm.amazonaws.com, and that you may pass it (iam:PassRole). npm run deploy makes such a role.",
          { cause: error },
        )
      : undefined,
  named(
    /^(InvalidAutomationExecutionParametersException)$/,
    (error) => `The document does not take these parameters: ${error.message}`,
    () =>
      "Compare them with the document's: aws ssm describe-document --name ContainEC2Instance --query Document.Parameters.",
  ),
  named(
    /^InvalidTarget$/,
    (error) => `There are no such instances: ${error.message}`,
    () =>
      "Check --tag or --resource-group; aws resource-groups list-groups has the resource groups of this Region.",
  ),
  named(
    /^DocumentAlreadyExists$/,
    () => "There is a document of this name already.",
    () =>
      "Choose another name with -c documentName=…, or add a version to it with npm run publish.",
  ),
  named(
    /^(DocumentPermissionLimit|DocumentLimitExceeded)$/,
    (error) => `Systems Manager's limit is reached: ${error.message}`,
    () =>
      "A document is shared with at most 1,000 accounts. docs/deploy.md tells how a copy gets into each account instead.",
  ),
  named(
    /^AutomationExecutionLimitExceededException$/,
    () => "Too many automations run in this account and Region.",
    () =>
      "Wait until some have ended (aws ssm describe-automation-executions), then start it again.",
  ),
  named(
    /^(ThrottlingException|Throttling|TooManyRequestsException|RequestLimitExceeded|TooManyUpdates)$/,
    () => "AWS is throttling and did not let up in ten attempts.",
    () => `Wait a minute, then ${AGAIN}.`,
  ),
  (error) =>
    /Region is missing/i.test(error.message)
      ? new Problem(
          "No AWS Region is set.",
          "Set AWS_REGION, for example `export AWS_REGION=us-east-1`.",
          { cause: error },
        )
      : undefined,
  named(
    /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ECONNABORTED|ETIMEDOUT|E(HOST|NET)(UNREACH|DOWN)|EADDRNOTAVAIL|EPROTO|TimeoutError|NetworkingError)$/,
    (error) => `AWS could not be reached: ${error.message || error.code}.`,
    () =>
      process.env.AWS_ENDPOINT_URL
        ? `AWS_ENDPOINT_URL is ${process.env.AWS_ENDPOINT_URL}: is the emulator running (npm run emulator)?`
        : `Check the network, and that the Region exists (aws account list-regions): the name of the endpoint is made of it. Then ${AGAIN}.`,
  ),
  named(
    /^((DEPTH_ZERO_)?SELF_SIGNED_CERT(_IN_CHAIN)?|UNABLE_TO_(GET_ISSUER_CERT(_LOCALLY)?|VERIFY_LEAF_SIGNATURE)|CERT_(HAS_EXPIRED|NOT_YET_VALID|UNTRUSTED)|ERR_TLS_CERT_ALTNAME_INVALID)$/,
    (error) => `The certificate of what answers for AWS is not trusted: ${error.message}.`,
    () =>
      `Where a proxy of your network looks into connections, name its certificate in NODE_EXTRA_CA_CERTS=FILE.pem; else check the time of this machine and AWS_ENDPOINT_URL. Then ${AGAIN}.`,
  ),
  named(
    /^ValidationException$/,
    (error) => `AWS does not take a value that was given: ${error.message}`,
    () => "Correct the option that it names; each command tells of its options with -- --help.",
  ),
  // Whatever else a service answers is AWS's word on the request, and no defect of this project.
  (error) =>
    error.$metadata?.httpStatusCode === undefined
      ? undefined
      : new Problem(
          `AWS answered ${error.name}: ${error.message}`,
          `Look the error up in the reference of the service's API${error.$metadata.requestId ? `, or ask AWS Support about request ${error.$metadata.requestId}` : ""}. Then ${AGAIN}.`,
          { cause: error },
        ),
];

/**
 * Turns an error into what is wrong and what to do, where that is known: missing or expired credentials, no or a
 * wrong Region, a missing permission and which one, a name that is taken, limits, throttling, no network, and for
 * any other error that a service answered at least what it said.
 *
 * @returns the Problem, or the error as it is where no service answered it: a defect of this project
 */
export function explain(error: unknown): unknown {
  if (error instanceof Problem || !(error instanceof Error)) return error;
  for (const rule of RULES) {
    const problem = rule(error);
    if (problem !== undefined) return problem;
  }
  return error;
}

/** The same in a sentence or two: what is wrong, and what to do about it where that is known. */
export function explained(error: unknown): string {
  const known = explain(error);
  if (known instanceof Problem) return `${known.message} ${known.remedy}`;
  return known instanceof Error ? known.message : String(known);
}
