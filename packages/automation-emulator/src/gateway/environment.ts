/**
 * The environment variables that point any AWS client at the emulator.
 *
 * S3 Control puts the account id before the host name (`123456789012.127.0.0.1`), which no resolver knows.
 * Python and the AWS CLI therefore reach the emulator as their HTTP proxy, which does the resolving; the
 * empty NO_PROXY keeps an inherited one from undoing that.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
export function clientEnvironment(
  endpoint: string,
  accountId: string,
  region: string,
): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    // An access key id of 12 digits is the administrator of that account.
    AWS_ACCESS_KEY_ID: accountId,
    AWS_SECRET_ACCESS_KEY: "emulator",
    AWS_SESSION_TOKEN: "",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    HTTP_PROXY: endpoint,
    http_proxy: endpoint,
    NO_PROXY: "",
    no_proxy: "",
  };
}
