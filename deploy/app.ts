/**
 * The CDK app: `npx cdk synth`, `npx cdk diff` and, behind `npm run deploy`, `cdk deploy` run it (cdk.json). All
 * that it needs is in the context `contain:…`, and the account and Region are those of the credentials.
 */
import { App } from "aws-cdk-lib";
import { command } from "../common/command.ts";
import { parseConfig, regionsOf } from "../common/config.ts";
import { loadDocument } from "../common/document.ts";
import { stacks } from "./stacks/stacks.ts";

await command(async () => {
  const app = new App();
  const config = parseConfig(app.node.getAllContext());
  const regions = regionsOf(config, {
    AWS_REGION: process.env.AWS_REGION || process.env.CDK_DEFAULT_REGION,
  });
  stacks(app, config, loadDocument(config.documentFile), regions, process.env.CDK_DEFAULT_ACCOUNT);
  return 0;
});
