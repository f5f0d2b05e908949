/** Who is behind an access key. */
import { accountIdPattern, roleIn } from "automation-language/arn";
import type { Admin } from "./admin.ts";
import type { DecodedCall, Identity } from "./decode.ts";
import { kept } from "./kept.ts";
import { child, parseXml, text } from "./xml.ts";

/** A session that `sts:AssumeRole` handed out. */
export interface Session extends Identity {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** The inline session policy, where one was given. */
  readonly policy?: string;
  /** Principal tags of the session, `aws:PrincipalTag/…`. */
  readonly tags: Readonly<Record<string, string>>;
}

export interface Identities {
  identify(accessKeyId: string | undefined): Promise<Identity>;
  session(accessKeyId: string): Session | undefined;
  /** Remembers the keys in the answer to an AssumeRole call. */
  learn(call: DecodedCall, response: Buffer): void;
  /** Forgets all keys. */
  clear(): void;
}

/** The account of requests that nobody signed, as moto has it. */
export const defaultAccount = "123456789012";

/** So many keys are known at once, the newest, so that an emulator that is left running does not grow. */
export const keptKeys = 10_000;

function forgetOldest(known: Map<string, unknown>): void {
  const [oldest] = known.keys();
  if (known.size > keptKeys && oldest !== undefined) known.delete(oldest);
}

/**
 * An access key id of 12 digits is the administrator of the account with that number. Keys of AssumeRole
 * are the role's session. Any other key is one that moto made, and moto is asked whose it is.
 */
export function createIdentities(admin: Admin): Identities {
  const sessions = new Map<string, Session>();
  const asked = new Map<string, Promise<Identity>>();
  return {
    clear: () => {
      sessions.clear();
      asked.clear();
    },
    session: (accessKeyId) => sessions.get(accessKeyId),
    identify: async (accessKeyId) => {
      if (accessKeyId === undefined) return { accountId: defaultAccount, principal: "anonymous" };
      if (accountIdPattern.test(accessKeyId)) {
        return { accountId: accessKeyId, principal: `arn:aws:iam::${accessKeyId}:root` };
      }
      const session = sessions.get(accessKeyId);
      if (session !== undefined) {
        return { accountId: session.accountId, principal: session.principal };
      }
      const asking = kept(asked, accessKeyId, () => ask(admin, accessKeyId));
      forgetOldest(asked);
      return asking;
    },
    learn: (call, response) => {
      const root = parseXml(response.toString("utf8"));
      const result = child(root, `${call.operation}Result`);
      const keys = child(result, "Credentials");
      const accessKeyId = text(child(keys, "AccessKeyId"));
      const roleArn = String(call.parameters.RoleArn ?? "");
      const role = roleIn(roleArn);
      if (accessKeyId === "" || role === undefined) return;
      const { partition, accountId, name } = role;
      const sessionName = String(call.parameters.RoleSessionName ?? "");
      const { Policy, Tags } = call.parameters;
      sessions.set(accessKeyId, {
        accountId,
        principal: `arn:${partition}:sts::${accountId}:assumed-role/${name}/${sessionName}`,
        roleArn,
        sessionName,
        secretAccessKey: text(child(keys, "SecretAccessKey")),
        sessionToken: text(child(keys, "SessionToken")),
        ...(typeof Policy === "string" && { policy: Policy }),
        tags: tagMap(Tags),
      });
      forgetOldest(sessions);
    },
  };
}

/** `[{ Key, Value }]` as a map; anything else is no tags. */
export function tagMap(tags: unknown): Record<string, string> {
  if (!Array.isArray(tags)) return {};
  return Object.fromEntries(
    tags.flatMap((tag: unknown) => {
      if (typeof tag !== "object" || tag === null || !("Key" in tag)) return [];
      return [[String(tag.Key), "Value" in tag ? String(tag.Value) : ""]];
    }),
  );
}

async function ask(admin: Admin, accessKeyId: string): Promise<Identity> {
  const { root } = await admin.query(
    { accessKeyId, region: "us-east-1", service: "sts" },
    { Action: "GetCallerIdentity", Version: "2011-06-15" },
  );
  const result = child(root, "GetCallerIdentityResult");
  const accountId = text(child(result, "Account")) || defaultAccount;
  const principal = text(child(result, "Arn")) || `arn:aws:iam::${accountId}:root`;
  return { accountId, principal };
}
