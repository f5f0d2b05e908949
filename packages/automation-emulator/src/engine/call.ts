/** AWS calls of Systems Manager's own, outside of any step. */
import { clientEnvironment } from "../gateway/environment.ts";
import type { TargetLocation } from "./executions.ts";
import type { JobResult } from "./jobs.ts";
import type { Credentials, Tools } from "./tools.ts";
import { apiSeconds } from "./work.ts";

/** Makes one call as somebody, in an account and Region. */
export function callAs(
  { workers, endpoint, time }: Tools,
  by: TargetLocation & { readonly credentials: Credentials },
  service: string,
  operation: string,
  parameters: Record<string, unknown>,
): Promise<JobResult> {
  const { accountId, region, credentials } = by;
  return workers.run({
    kind: "api",
    service,
    operation,
    parameters,
    timeoutSeconds: apiSeconds,
    timeScale: time.scriptScale,
    env: {
      ...clientEnvironment(endpoint, accountId, region),
      ...environmentOf(credentials),
    },
  }).result;
}

export const environmentOf = (credentials: Credentials): Readonly<Record<string, string>> => ({
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  AWS_SESSION_TOKEN: credentials.sessionToken,
});
