import {
  Aws,
  CfnCondition,
  CfnOutput,
  CfnParameter,
  Fn,
  type Stack,
  Validations,
} from "aws-cdk-lib";
import type { CfnRole } from "aws-cdk-lib/aws-iam";
import { type Config, parseConfig } from "../../common/config.ts";
import type { Publication } from "../../common/document.ts";
import { document } from "./document.ts";
import { automationRole } from "./roles.ts";

/**
 * The stack of a release: the document and its role in a template that asks for everything as parameters, so that
 * it can be given to CloudFormation as it is, without Node.js and without a bootstrapped environment.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
 */
export function standaloneStack(stack: Stack, publication: Publication): void {
  const config = parametersOf(stack);
  const published = document(stack, config.documentName, publication);
  new CfnOutput(stack, "DocumentName", { value: published.ref });
  new CfnOutput(stack, "DocumentVersionName", { value: publication.versionName });

  const isWanted = new CfnCondition(stack, "WantsRole", {
    expression: Fn.conditionEquals(
      parameter(stack, "CreateRole", {
        default: "true",
        allowedValues: ["true", "false"],
        description:
          "Whether the role is made. A role is for all Regions: true in one Region of the account, false in the others",
      }),
      "true",
    ),
  });
  const boundary = parameter(stack, "PermissionsBoundary", {
    default: "",
    allowedPattern: "^(arn:[a-z-]+:iam::(\\d{12}|aws):policy/.+)?$",
    description: "The ARN of the policy that bounds the role; empty for none",
  });
  const hasNoBoundary = new CfnCondition(stack, "HasNoBoundary", {
    expression: Fn.conditionEquals(boundary, ""),
  });
  const role = automationRole(stack, config, publication, []);
  const resource = role.node.defaultChild as CfnRole;
  resource.cfnOptions.condition = isWanted;
  resource.path = parameter(stack, "RolePath", {
    default: "/",
    allowedPattern: "^/([!-~]{1,510}/)?$",
    description: "The path of the role, such as /security/",
  });
  resource.permissionsBoundary = Fn.conditionIf(
    hasNoBoundary.logicalId,
    Aws.NO_VALUE,
    boundary,
  ).toString();
  Validations.of(role).acknowledge({
    id: "CloudFormation-Validate::W1030",
    reason: "An empty boundary is never used: the property is left out then.",
  });
  new CfnOutput(stack, "AutomationRoleArn", {
    description: "The value for the parameter AutomationAssumeRole",
    value: role.roleArn,
  }).condition = isWanted;
}

/** The settings, with parameters for those that are to be chosen. */
function parametersOf(stack: Stack): Config {
  const settings = parseConfig({});
  const named = (id: string, fallback: string, allowedPattern: string, description: string) =>
    parameter(stack, id, { default: fallback, allowedPattern, description });
  return {
    ...settings,
    documentName: named(
      "DocumentName",
      settings.documentName,
      "^[a-zA-Z0-9_\\-.]{3,128}$",
      "The name of the document in Systems Manager",
    ),
    automationRoleName: named(
      "AutomationRoleName",
      settings.automationRoleName,
      "^[\\w+=,.@-]{1,64}$",
      "The name of the role that the document acts as",
    ),
    buckets: [
      named(
        "BackupBuckets",
        "*",
        "^[a-z0-9*][a-z0-9.*-]{0,62}$",
        "The name of the bucket that the role may use for backups, with * for any characters",
      ),
    ],
  };
}

interface Asked {
  readonly default: string;
  readonly description: string;
  readonly allowedPattern?: string;
  readonly allowedValues?: string[];
}

/** A parameter's value. Its construct has a name of its own, since an output may have the parameter's. */
function parameter(stack: Stack, id: string, asked: Asked): string {
  const made = new CfnParameter(stack, `${id}Parameter`, { type: "String", ...asked });
  made.overrideLogicalId(id);
  return made.valueAsString;
}
