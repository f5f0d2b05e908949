/**
 * `{{ ssm:NAME }}`: parameters of Parameter Store in the defaults and values of parameters.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-variables.html
 */
import { callAs } from "./call.ts";
import { wrongInput } from "./errors.ts";
import type { TargetLocation } from "./executions.ts";
import { select } from "./outputs.ts";
import type { Credentials, Tools } from "./tools.ts";
import { storeReferences } from "./variables.ts";

const prefix = "ssm:";

/**
 * Reads the parameters that the references in a value name.
 *
 * @param reader where, and as whom
 * @returns their values by the text of the reference; a StringList is a list
 * @throws StepFailure for one that can't be read
 */
export async function readStore(
  tools: Tools,
  reader: TargetLocation & { readonly credentials: Credentials },
  value: unknown,
): Promise<ReadonlyMap<string, unknown>> {
  const names = storeReferences(value).filter((name) => name.startsWith(prefix));
  const read = async (name: string): Promise<[string, unknown]> => [
    name,
    await readParameter(tools, reader, name.slice(prefix.length).trim()),
  ];
  return new Map(await Promise.all(names.map(read)));
}

async function readParameter(
  tools: Tools,
  reader: Parameters<typeof readStore>[1],
  Name: string,
): Promise<unknown> {
  const answer = await callAs(tools, reader, "ssm", "GetParameter", { Name });
  if (answer.status !== "success") {
    const why = answer.status === "error" ? answer.message : answer.status;
    throw wrongInput(`The parameter {{ssm:${Name}}} can't be read. ${why}`);
  }
  const [type, text] = ["Type", "Value"].map((key) =>
    String(select(`$.Parameter.${key}`, answer.payload)),
  );
  if (type === "SecureString") {
    throw wrongInput(
      `The parameter {{ssm:${Name}}} is a SecureString, which Automation documents can't refer to.`,
    );
  }
  return type === "StringList" ? text?.split(",") : text;
}
