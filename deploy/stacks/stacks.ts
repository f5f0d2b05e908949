import {
  type App,
  Aws,
  CliCredentialsStackSynthesizer,
  type IStackSynthesizer,
  Stack,
  type StackProps,
  Tags,
} from "aws-cdk-lib";
import { type Config, stackNames, templateBucketName } from "../../common/config.ts";
import { loadOther, type Publication } from "../../common/document.ts";
import { protectEvidence } from "../../document/protect/runbook.ts";
import { respondToFinding } from "../../document/respond/runbook.ts";
import { administrationStack } from "./administration.ts";
import { protectStack } from "./protect.ts";
import { respondStack } from "./respond.ts";
import { rolloutStack } from "./rollout.ts";
import { runbookStack } from "./runbook.ts";

/**
 * How a stack gets to CloudFormation where the account is not bootstrapped: by the caller's own rights, through a
 * bucket that is there.
 *
 * @see https://docs.aws.amazon.com/cdk/v2/guide/configure-synth.html
 */
const uploadOf = (
  config: Config,
  account: string | undefined,
  region: string,
): Pick<StackProps, "synthesizer"> =>
  config.templateBucket === ""
    ? {}
    : {
        // Its optional properties are declared without `undefined`, which is all that the cast adds.
        synthesizer: new CliCredentialsStackSynthesizer({
          fileAssetsBucketName: templateBucketName(config, account ?? Aws.ACCOUNT_ID, region),
        }) as IStackSynthesizer,
      };

/**
 * All stacks of a deployment: the runbook in each Region, and in the first one what several accounts need.
 *
 * @param account the account deployed to; undefined leaves the templates without one, as in tests
 */
export function stacks(
  app: App,
  config: Config,
  publication: Publication,
  regions: readonly [string, ...string[]],
  account: string | undefined,
): readonly Stack[] {
  const names = stackNames(config);
  const make = (id: string, region: string, properties: StackProps): Stack => {
    const stack = new Stack(app, id, {
      env: { region, ...(account === undefined ? {} : { account }) },
      ...uploadOf(config, account, region),
      ...properties,
    });
    for (const [key, value] of Object.entries(config.tags)) Tags.of(stack).add(key, value);
    return stack;
  };
  const made = regions.map((region) => {
    const stack = make(`${names.runbook}-${region}`, region, {
      stackName: names.runbook,
      description: `The SSM Automation runbook ${config.documentName} and the role it acts as`,
    });
    runbookStack(stack, config, publication, regions);
    return stack;
  });
  if (config.respondApprovers.length > 0) {
    const respond = loadOther(respondToFinding);
    for (const region of regions) {
      const stack = make(`${names.respond}-${region}`, region, {
        stackName: names.respond,
        description: `Findings ask for a containment by ${config.documentName}, which people approve`,
      });
      respondStack(stack, config, respond, regions);
      made.push(stack);
    }
  }
  if (config.protect) {
    const published = loadOther(protectEvidence);
    for (const region of regions) {
      const stack = make(`${names.protect}-${region}`, region, {
        stackName: names.protect,
        description: `The SSM Automation runbook ${protectEvidence.name} and the role it acts as`,
      });
      protectStack(stack, config, published, regions);
      made.push(stack);
    }
  }
  if (config.administration) {
    const stack = make(names.administration, regions[0], {
      stackName: names.administration,
      description: `Roles to start ${config.documentName} in other accounts`,
    });
    administrationStack(stack, config, publication, regions);
    made.push(stack);
  }
  if (config.organizationalUnits.length > 0) {
    const stack = make(names.rollout, regions[0], {
      stackName: names.rollout,
      description: `What accounts of the organization need to run ${config.documentName}`,
    });
    rolloutStack(stack, config, publication, regions);
    made.push(stack);
  }
  return made;
}
