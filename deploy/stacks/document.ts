import { CfnDocument } from "aws-cdk-lib/aws-ssm";
import type { Construct } from "constructs";
import type { VersionedDocument } from "../../common/document.ts";

/**
 * A document as a resource. Its YAML goes in as text: the typed property takes an object only, which CloudFormation
 * turns into JSON and thereby changes (booleans of `aws:branch`, comments, key order).
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-document.html
 */
export function document(
  scope: Construct,
  name: string,
  publication: Pick<VersionedDocument, "yaml" | "versionName">,
): CfnDocument {
  const resource = new CfnDocument(scope, "Document", {
    name,
    content: {},
    documentFormat: "YAML",
    documentType: "Automation",
    targetType: "/AWS::EC2::Instance",
    updateMethod: "NewVersion",
    versionName: publication.versionName,
  });
  resource.addPropertyOverride("Content", publication.yaml);
  return resource;
}
