import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { EC2Client } from "@aws-sdk/client-ec2";
import { IAMClient } from "@aws-sdk/client-iam";
import { OrganizationsClient } from "@aws-sdk/client-organizations";
import { S3Client } from "@aws-sdk/client-s3";
import { SSMClient } from "@aws-sdk/client-ssm";
import { STSClient } from "@aws-sdk/client-sts";
import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";

// The SDK warns on every start that it will want Node 22; until it does, Node 20 is supported here.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

/**
 * Clients for the Region given; endpoint, credentials and profile come from the environment as with any AWS tool
 * (`AWS_ENDPOINT_URL` points them at the emulator). Ten attempts (or `AWS_MAX_ATTEMPTS`) with the SDK's adaptive
 * retries ride out throttling, which is usual when a document is shared with hundreds of accounts.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 */
const options = (region: string, credentials?: Credentials): ClientOptions => ({
  region,
  maxAttempts: Number(process.env.AWS_MAX_ATTEMPTS) || 10,
  retryMode: "adaptive",
  ...(credentials === undefined ? {} : { credentials }),
});

interface ClientOptions {
  readonly region: string;
  readonly maxAttempts: number;
  readonly retryMode: string;
  readonly credentials?: Credentials;
}

/** Where a client takes its credentials from, other than the environment. */
export type Credentials = ReturnType<typeof fromTemporaryCredentials>;

/**
 * Credentials of a role in another account, renewed as they expire.
 *
 * @param roleArn of a role that trusts the caller
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
export const credentialsOf = (roleArn: string, region: string): Credentials =>
  fromTemporaryCredentials({
    params: { RoleArn: roleArn, RoleSessionName: "contain-ec2-instance" },
    clientConfig: { region },
  });

export const ssm = (region: string, credentials?: Credentials): SSMClient =>
  new SSMClient(options(region, credentials));
export const sts = (region: string): STSClient => new STSClient(options(region));
export const ec2 = (region: string, credentials?: Credentials): EC2Client =>
  new EC2Client(options(region, credentials));
/** IAM is one service for all Regions of a partition. */
export const iam = (region: string): IAMClient => new IAMClient(options(region));
export const cloudFormation = (region: string): CloudFormationClient =>
  new CloudFormationClient(options(region));

/** Organizations is one service for all Regions of a partition; the SDK finds its endpoint from any of them. */
export const organizations = (region: string): OrganizationsClient =>
  new OrganizationsClient(options(region));

/** An endpoint of one's own, such as the emulator's, has no host names for buckets. @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html */
export const s3 = (region: string, credentials?: Credentials): S3Client =>
  new S3Client({
    ...options(region, credentials),
    forcePathStyle: (process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL) !== undefined,
  });
