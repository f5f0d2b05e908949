import { roleIn } from "automation-language/arn";
import { StepFailure, wrongInput } from "../errors.ts";
import { invalid, type Signal } from "../signals.ts";
import { type Action, type ActionContext, count, optionalText, texts } from "./action.ts";

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-approve.html */
export const approve: Action = {
  run: async (context) => {
    const { inputs, awaitSignal } = context;
    const approvers = texts(inputs, "Approvers");
    if (approvers.length === 0 || approvers.length > 10) {
      throw wrongInput(`The input Approvers must have 1 to 10 items; it has ${approvers.length}.`);
    }
    const needed = count(inputs, "MinRequiredApprovals") ?? 1;
    if (needed < 1 || needed > approvers.length) {
      throw wrongInput(
        `The input MinRequiredApprovals must be from 1 to the number of Approvers, ${approvers.length}; it is ${needed}.`,
      );
    }
    checkMessage(optionalText(inputs, "Message") ?? "");
    await notify(context, approvers);
    const decisions = new Map<string, Signal>();
    const rejected = (): boolean => [...decisions.values()].some(({ type }) => type === "Reject");
    await awaitSignal(["Approve", "Reject"], (signal) => {
      const approver = approvers.find((one) => isApprover(one, signal.by));
      if (approver === undefined) {
        throw invalid(`${signal.by} is not among the approvers: ${approvers.join(", ")}.`);
      }
      if (decisions.has(approver)) throw invalid(`${approver} has decided already.`);
      decisions.set(approver, signal);
      return rejected() || decisions.size >= needed;
    });
    const ApproverDecisions = [...decisions].map(([Approver, { type, payload }]) => ({
      Approver,
      Decision: type,
      Comment: payload.Comment?.[0] ?? "",
    }));
    const by = ApproverDecisions.find(({ Decision }) => Decision === "Reject");
    if (by !== undefined) {
      const comment = by.Comment === "" ? "" : `: ${by.Comment}`;
      throw new StepFailure(`The step was rejected by ${by.Approver}${comment}.`);
    }
    const outputs = { ApprovalStatus: "Approved", ApproverDecisions };
    return { result: outputs, outputs };
  },
};

const longestMessage = 4096;

function checkMessage({ length }: string): void {
  if (length <= longestMessage) return;
  throw wrongInput(
    `The input Message has ${length} characters; at most ${longestMessage} are allowed.`,
  );
}

/** Tells the topic that somebody is to decide. */
async function notify(
  { inputs, call }: ActionContext,
  approvers: readonly string[],
): Promise<void> {
  const topic = optionalText(inputs, "NotificationArn");
  if (topic === undefined) return;
  if (!/:Automation[^:]*$/.test(topic)) {
    throw wrongInput(`The name of the topic ${topic} must begin with Automation.`);
  }
  const message = optionalText(inputs, "Message") ?? "An automation waits for approval.";
  await call("sns", "Publish", {
    TopicArn: topic,
    Subject: "Automation approval",
    Message: `${message}\nApprovers: ${approvers.join(", ")}`,
  });
}

/** Whether a principal is the approver: an IAM user by name or ARN, a role by its ARN, a session by its ARN. */
function isApprover(approver: string, principal: string): boolean {
  if (approver === principal) return true;
  const [, account, kind, rest = ""] = /::(\d{12}):([a-z-]+)\/(.+)$/.exec(principal) ?? [];
  if (kind === "user") return approver === rest.split("/").at(-1);
  if (kind !== "assumed-role") return false;
  const role = roleIn(approver);
  return role?.accountId === account && role?.name === rest.split("/")[0];
}
