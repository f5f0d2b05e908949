/** ProtectEC2Evidence under the same troubles as the containment. */
import { makeProtecting, protectDocument } from "../../protect/account.ts";
import { ownPolicies, unprotected } from "../../protect/state.ts";
import type { Scenario } from "./scenarios.ts";

/** Without these nothing is recorded, and so nothing is changed. */
const needed: ReadonlySet<string> = new Set([
  "ec2:DescribeInstances",
  "s3:PutObject",
  "s3:GetObject",
]);

/** What a permission is for: without it, this and no more is left undone. */
const servesOnly: Readonly<Record<string, RegExp>> = {
  "ec2:DescribeInstanceAttribute": /^(?:TerminationProtection|StopOnShutdown) /,
  "ec2:DescribeAddresses": /^DisassociateElasticIps /,
  "ec2:ModifyInstanceAttribute": /^(?:TerminationProtection|KeepVolumes|StopOnShutdown) /,
  "ec2:DisassociateAddress": /^DisassociateElasticIps /,
  "iam:GetInstanceProfile": /^RevokeSessions /,
  "iam:GetRolePolicy": /^RevokeSessions /,
  "iam:PutRolePolicy": /^RevokeSessions /,
};

export const protection: Scenario = {
  name: "evidence to protect",
  parameters: {},
  make: makeProtecting,
  other: {
    begins: "Protect",
    permissions: Object.values(protectDocument().permissions).flat(),
    leads: "ec2:CreateTags",
    lies: async (account, run) => {
      const title = String(run.json.Title ?? "");
      const open = await unprotected(account);
      const policies = await ownPolicies(account);
      if (/^(?:ALREADY )?PROTECTED/.test(title)) return open.map((line) => `"${title}": ${line}`);
      if (/^PROTECTION RELEASED/.test(title) && (policies.length > 0 || open.length < 7))
        return [`"${title}", and not all is given back: ${policies.join()} ${open.join()}`];
      return [];
    },
    leftUndone: async (account, denied, run) => {
      if (needed.has(denied)) return [];
      const more = (await unprotected(account)).filter((line) => !servesOnly[denied]?.test(line));
      return more.map((line) => `without ${denied}, ${line}: ${run.failure.slice(0, 300)}`);
    },
  },
};
