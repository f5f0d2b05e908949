import { documentName } from "../../document/runbook.ts";

/** What a release's README says: how to check it, publish it and begin, with nothing but `aws`. */
export const releaseReadme = (
  version: string,
  { versionName, hash }: { readonly versionName: string; readonly hash: string },
): string => `# ${documentName} ${version}

An AWS Systems Manager Automation runbook that isolates a compromised EC2 instance, keeps the evidence, and gives everything back. You need the \`aws\` command line (2, or 1.29 and later) and administrator rights in the account; neither Node.js nor CDK.

| file | is |
| --- | --- |
| \`${documentName}.yaml\` | the document, SHA-256 \`${hash}\`, which Systems Manager shows as its hash |
| \`${documentName}.template.yaml\` | a CloudFormation template with the document and the role that it acts as |
| \`scripts/*.py\` | the document's scripts with annotations and comments, to review; the document has them without, some with local names shortened |
| \`sbom.*.cdx.json\`, \`LICENCES.md\` | what builds and checks these files (CycloneDX); no package of others is in them |
| \`SHA256SUMS\` | the hash of each file |

## Check what you downloaded

\`\`\`sh
sha256sum --check SHA256SUMS
\`\`\`

## Publish with CloudFormation

The template holds the document and so is larger than the 51,200 bytes that CloudFormation takes directly; up to 1 MB it takes from S3. This uploads it to a bucket of yours in the same Region and makes the stack; run it again to update:

\`\`\`sh
aws cloudformation deploy --stack-name ${documentName} --template-file ${documentName}.template.yaml --s3-bucket YOUR-BUCKET --capabilities CAPABILITY_NAMED_IAM --tags Project=contain-ec2-instance --parameter-overrides BackupBuckets='*'
\`\`\`

In the console: CloudFormation, **Create stack**, **Upload a template file**. The console puts it into a bucket that it makes itself.

| parameter | default | is |
| --- | --- | --- |
| \`DocumentName\` | \`${documentName}\` | the document's name |
| \`AutomationRoleName\` | \`ContainEC2Instance-Automation\` | the role's name |
| \`BackupBuckets\` | \`*\` | the bucket that the role may use for backups, \`*\` for any characters; give the name of yours |
| \`CreateRole\` | \`true\` | \`false\` in every further Region of the account: a role is for all Regions |
| \`RolePath\` | \`/\` | the role's path, where your organization demands one |
| \`PermissionsBoundary\` | | the ARN of the policy that bounds the role |

\`--tags\` reach the document and the role.

See that the default version is the one just published, which CloudFormation is reported to forget now and then; the command prints \`${versionName}\`:

\`\`\`sh
aws ssm describe-document --name ${documentName} --query Document.VersionName --output text
\`\`\`

## Begin with a dry run

It changes nothing and reports each call that the real run would make. The report is in the outputs of the second command.

\`\`\`sh
role=$(aws cloudformation describe-stacks --stack-name ${documentName} --query "Stacks[0].Outputs[?OutputKey=='AutomationRoleArn'].OutputValue" --output text)
aws ssm start-automation-execution --document-name ${documentName} --parameters "InstanceId=i-0123456789abcdef0,S3BucketName=YOUR-BUCKET,AutomationAssumeRole=$role"
aws ssm get-automation-execution --automation-execution-id EXECUTION-ID --query 'AutomationExecution.[AutomationExecutionStatus, Outputs]'
\`\`\`

\`DryRun=false\` isolates the instance; \`Action=Release\` with the key from its report as \`S3PrefixName\` gives everything back.

## Make it again

From the tag v${version}, with the Node.js and Python that \`.github/workflows/release.yml\` names: \`npm ci && npm run release\`. Every file has the same bytes.
`;
