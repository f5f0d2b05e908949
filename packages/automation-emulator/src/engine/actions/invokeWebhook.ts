import { asText, isRecord, parseJson } from "automation-language/values";
import { StepFailure, StepStopped } from "../errors.ts";
import { select } from "../outputs.ts";
import { type Action, text } from "./action.ts";

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/creating-webhook-integrations.html */
const namespace = "/d9d01087-4a3f-49e0-b0b4-d568d7826553/ssm/integrations/webhook/";

/**
 * Posts to the URL of an integration, where that is on this machine: nothing leaves it.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/invoke-webhook.html
 */
export const invokeWebhook: Action = {
  run: async ({ inputs, call, signal }) => {
    const name = text(inputs, "IntegrationName");
    const parameter = { Name: `${namespace}${name}`, WithDecryption: true };
    const answer = await call("ssm", "GetParameter", parameter);
    const { url, headers, payload } = integration(name, select("$.Parameter.Value", answer));
    if (!/^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(url.hostname)) {
      throw new StepFailure(
        `The emulator calls webhooks on this machine only, and the URL of ${name} is at ${url.hostname}.`,
      );
    }
    const body = inputs.Body ?? payload;
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        ...(body !== undefined && { body: asText(body) }),
        signal,
      });
      const outputs = { Response: await response.text(), ResponseCode: response.status };
      if (response.ok) return { result: outputs, outputs };
      throw new StepFailure(
        `The webhook ${name} answered ${response.status}: ${outputs.Response.slice(0, 1000)}`,
      );
    } catch (error) {
      if (signal.aborted) throw new StepStopped();
      if (error instanceof StepFailure) throw error;
      throw new StepFailure(`The webhook ${name} can't be reached: ${String(error)}`);
    }
  },
};

interface Integration {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: unknown;
}

function integration(name: string, value: unknown): Integration {
  try {
    const parsed = parseJson(String(value));
    if (!isRecord(parsed)) throw new Error("it is not a map");
    const { url, headers, payload } = parsed;
    const texts = Object.entries(isRecord(headers) ? headers : {}).map(
      ([key, one]) => [key, asText(one)] as const,
    );
    return { url: new URL(String(url)), headers: Object.fromEntries(texts), payload };
  } catch (error) {
    throw new StepFailure(`The integration ${name} can't be read: ${String(error)}`);
  }
}
