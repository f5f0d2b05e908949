import { StepFailure, wrongInput } from "../errors.ts";
import { select } from "../outputs.ts";
import { type Action, count, given, text, texts } from "./action.ts";

const handedOn = [
  "CloudWatchOutputConfig",
  "Comment",
  "DocumentHash",
  "DocumentHashType",
  "DocumentName",
  "DocumentVersion",
  "InstanceIds",
  "MaxConcurrency",
  "MaxErrors",
  "NotificationConfig",
  "OutputS3BucketName",
  "OutputS3KeyPrefix",
  "OutputS3Region",
  "Parameters",
  "ServiceRoleArn",
  "Targets",
];

/**
 * Sends a command. There are no agents here: what the command answers is what a test has set (commands.ts).
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-runcommand.html
 */
export const runCommand: Action = {
  run: async ({ inputs, call, commandResult, sleep }) => {
    const document = text(inputs, "DocumentName");
    const instances = texts(inputs, "InstanceIds");
    if (instances.length === 0 && inputs.Targets === undefined) {
      throw wrongInput("aws:runCommand needs InstanceIds or Targets.");
    }
    const TimeoutSeconds = count(inputs, "TimeoutSeconds");
    const answer = await call("ssm", "SendCommand", {
      ...given({ ...inputs, ...(instances.length > 0 && { InstanceIds: instances }) }, handedOn),
      Parameters: listed(inputs.Parameters),
      ...(TimeoutSeconds !== undefined && { TimeoutSeconds }),
    });
    const { status, responseCode, output, seconds } = commandResult(document, instances);
    await sleep(seconds);
    const outputs = {
      CommandId: String(select("$.Command.CommandId", answer)),
      Status: status,
      ResponseCode: responseCode,
      Output: output,
    };
    if (status === "Success") return { result: outputs, outputs };
    throw new StepFailure(
      `The command ${outputs.CommandId} ended with the status ${status} and the response code ${responseCode}. ${output}`.trim(),
    );
  },
};

/** SendCommand takes each parameter as a list of texts. */
function listed(parameters: unknown): Record<string, unknown> {
  if (typeof parameters !== "object" || parameters === null) return {};
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(String) : [String(value)],
    ]),
  );
}
