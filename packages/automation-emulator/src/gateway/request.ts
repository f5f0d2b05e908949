/** A request as it came over the wire, and who sent it. */

export interface WireRequest {
  readonly method: string;
  /** Still percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case; repeated headers joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/**
 * The credential scope of Signature Version 4.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export interface Scope {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
}

/** Reads the scope of the Authorization header or of a presigned URL; undefined for an unsigned request. */
export function credentialScope(request: WireRequest): Scope | undefined {
  const header = /Credential=([^,\s]+)/.exec(request.headers.authorization ?? "")?.[1];
  const credential = header ?? request.query.get("X-Amz-Credential") ?? undefined;
  if (credential === undefined) return undefined;
  // An access key has no slash, but read from the right so that nothing depends on it.
  const parts = credential.split("/");
  const [service, region] = [parts.at(-2), parts.at(-3)];
  const accessKeyId = parts.slice(0, -4).join("/");
  if (parts.length < 5 || service === undefined || region === undefined) return undefined;
  return { accessKeyId, region, service: service.toLowerCase() };
}

/** Which automation execution and step, or which rule of EventBridge, a call belongs to. */
export interface Attribution {
  /** The rule's name. */
  readonly rule?: string;
  readonly executionId?: string;
  readonly step?: string;
  readonly attempt?: number;
}

/**
 * Reads `exec-env/automation-<executionId>.<step>.<attempt>` of the User-Agent, where botocore and the
 * AWS SDK for JavaScript put the environment variable AWS_EXECUTION_ENV; or `exec-env/events-<rule>`.
 */
export function attribution(userAgent: string | undefined): Attribution {
  const match = /exec-env\/automation-([0-9a-fA-F-]+)(?:\.([A-Za-z0-9_]+))?(?:\.(\d+))?/.exec(
    userAgent ?? "",
  );
  const rule = /exec-env\/events-([\w.-]+)/.exec(userAgent ?? "")?.[1];
  if (match === null) return rule === undefined ? {} : { rule };
  const [, executionId, step, attempt] = match;
  return {
    ...(executionId !== undefined && { executionId }),
    ...(step !== undefined && { step }),
    ...(attempt !== undefined && { attempt: Number(attempt) }),
  };
}
