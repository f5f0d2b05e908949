/** From an HTTP request to the AWS call that it carries. */
import type { ModelLoader, ServiceModel } from "./models.ts";
import { decodeQuery } from "./query.ts";
import { type Attribution, attribution, credentialScope, type WireRequest } from "./request.ts";
import { matchRoute, restParameters } from "./rest.ts";
import { hidden, withoutSensitive } from "./scalar.ts";

export type Protocol = "ec2" | "query" | "json" | "rest-json" | "rest-xml";

/** Who sends a call. */
export interface Identity {
  readonly accountId: string;
  /** The ARN that `sts:GetCallerIdentity` gives. */
  readonly principal: string;
}

export interface DecodedCall extends Attribution, Identity {
  /** As in the signature and in IAM actions, except `s3control`, which signs as s3: `ec2`, `s3`, `autoscaling`… or `unknown`. */
  readonly service: string;
  readonly operation: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly protocol: Protocol;
  readonly region: string;
  readonly accessKeyId: string;
}

/** botocore's folder for a service whose signing name differs. */
const folders: Readonly<Record<string, string>> = {
  tagging: "resourcegroupstaggingapi",
  monitoring: "cloudwatch",
  states: "stepfunctions",
  servicequotas: "service-quotas",
  "access-analyzer": "accessanalyzer",
  sso: "sso-admin",
  cloudcontrolapi: "cloudcontrol",
  elasticfilesystem: "efs",
};

/** Reads what a request asks for. Anything that can't be read is `unknown`, never an error. */
export async function decode(
  request: WireRequest,
  models: ModelLoader,
  identify: (accessKeyId: string | undefined) => Identity | Promise<Identity>,
): Promise<DecodedCall> {
  const scope = credentialScope(request);
  const { service, operation, parameters, protocol } = await readCall(
    request,
    models,
    scope?.service,
  );
  return {
    service,
    operation,
    parameters: withoutSecrets(parameters),
    protocol,
    region: scope?.region ?? "unknown",
    accessKeyId: scope?.accessKeyId ?? "",
    ...(await identify(scope?.accessKeyId)),
    ...attribution(request.headers["user-agent"]),
  };
}

type Read = Pick<DecodedCall, "service" | "operation" | "parameters" | "protocol">;

async function readCall(
  request: WireRequest,
  models: ModelLoader,
  signed: string | undefined,
): Promise<Read> {
  const target = request.headers["x-amz-target"];
  if (target !== undefined) {
    const service = signed ?? "unknown";
    const operation = target.slice(target.lastIndexOf(".") + 1);
    const model = await models(folders[service] ?? service);
    const parameters = jsonParameters(model, operation, request.body);
    return { service, operation, parameters, protocol: "json" };
  }
  const form = queryForm(request);
  const action = form?.get("Action") ?? undefined;
  if (form !== undefined && action !== undefined) {
    // Unsigned query calls exist only in STS (AssumeRoleWithWebIdentity and the like).
    const service = signed ?? (action.startsWith("AssumeRole") ? "sts" : "unknown");
    const model = await models(queryFolder(service, form.get("Version")));
    const parameters = decodeQuery(form, model, action);
    const protocol = service === "ec2" ? "ec2" : "query";
    return { service, operation: action, parameters, protocol };
  }
  const rpc = /^\/service\/[^/]+\/operation\/([A-Za-z0-9]+)$/.exec(request.path)?.[1];
  if (rpc !== undefined) {
    return { service: signed ?? "unknown", operation: rpc, parameters: {}, protocol: "json" };
  }
  return readRest(request, models, signed);
}

async function readRest(
  request: WireRequest,
  models: ModelLoader,
  signed: string | undefined,
): Promise<Read> {
  if (signed === undefined) {
    // Of the REST services S3 alone takes unsigned requests.
    const found = rest("s3", await models("s3"), pathStyle(request));
    return "Bucket" in found.parameters
      ? found
      : { ...found, service: "unknown", operation: "unknown", parameters: {} };
  }
  if (signed === "s3" || signed === "s3express") {
    const control = request.path.startsWith("/v20180820/");
    const service = control ? "s3control" : "s3";
    const styled = control ? request : pathStyle(request);
    return rest(service, await models(service), styled);
  }
  return rest(signed, await models(folders[signed] ?? signed), request);
}

function rest(service: string, model: ServiceModel | undefined, request: WireRequest): Read {
  const protocol = model?.metadata.protocol === "rest-xml" ? "rest-xml" : "rest-json";
  const matched = model === undefined ? undefined : matchRoute(model, request);
  if (model === undefined || matched === undefined) {
    return { service, operation: "unknown", parameters: {}, protocol };
  }
  const parameters = restParameters(model, matched, request);
  return { service, operation: matched.operation.name, parameters, protocol };
}

/**
 * A virtual-host style request for a bucket, as the path-style request that means the same.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
 */
function pathStyle(request: WireRequest): WireRequest {
  const host = (request.headers.host ?? "").replace(/:\d+$/, "");
  const bucket = /^(.+)\.(?:localhost|s3[.-](?:[a-z0-9-]+\.)?amazonaws\.com(?:\.cn)?)$/.exec(
    host,
  )?.[1];
  return bucket === undefined ? request : { ...request, path: `/${bucket}${request.path}` };
}

function queryFolder(service: string, version: string | null): string {
  if (service === "elasticloadbalancing") return version === "2012-06-01" ? "elb" : "elbv2";
  return folders[service] ?? service;
}

/** The form of a query request: of the body, or of the URL for a GET. */
function queryForm(request: WireRequest): URLSearchParams | undefined {
  const type = request.headers["content-type"] ?? "";
  if (type.startsWith("application/x-www-form-urlencoded") && request.body.length > 0) {
    return new URLSearchParams(request.body.toString("utf8"));
  }
  return request.query.has("Action") && request.query.has("Version") ? request.query : undefined;
}

function jsonParameters(
  model: ServiceModel | undefined,
  operation: string,
  body: Buffer,
): Record<string, unknown> {
  const parsed = json(body);
  const input = model?.operations[operation]?.input;
  if (model === undefined || input === undefined) return parsed;
  return { ...(withoutSensitive(model, input, parsed) as object) };
}

function json(body: Buffer): Record<string, unknown> {
  if (body.length === 0) return {};
  try {
    const parsed: unknown = JSON.parse(body.toString("utf8"));
    return typeof parsed === "object" && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}

const secretName =
  /^(secret|password|.*secretaccesskey|.*sessiontoken|secretstring|secretbinary|ssecustomerkey|.*privatekey)$/i;

function withoutSecrets(parameters: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name,
      secretName.test(name) ? hidden : value,
    ]),
  );
}
