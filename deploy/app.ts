/**
 * The CDK app: `npx cdk synth`, `npx cdk diff` and, behind `npm run deploy`, `cdk deploy` run it (cdk.json). All
 * that it needs is in the context `contain:…`, and the account and Region are those of the credentials.
 */
import { App } from "aws-cdk-lib";
import { contextKeys, parseConfig, regionsOf } from "./config.ts";
import { loadDocument } from "./document.ts";
import { stacks } from "./stacks/stacks.ts";

const app = new App();
const context = Object.fromEntries(
  contextKeys
    .map((key) => [key, app.node.tryGetContext(key)])
    .filter(([, value]) => value !== undefined),
);
const config = parseConfig(context);
const regions = regionsOf(config, {
  AWS_REGION: process.env.AWS_REGION || process.env.CDK_DEFAULT_REGION,
});
stacks(app, config, loadDocument(config.documentFile), regions, process.env.CDK_DEFAULT_ACCOUNT);
