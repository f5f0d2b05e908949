/** What the gateway asks moto for itself, when moto does not answer. */
import { expect, test } from "vitest";
import { createAdmin } from "../../src/gateway/admin.ts";
import { createFacts, type Facts } from "../../src/gateway/iam/facts.ts";
import { createPolicyStore } from "../../src/gateway/iam/policies.ts";
import { createIdentities } from "../../src/gateway/identities.ts";
import type { Moto } from "../../src/gateway/moto.ts";

const account = "111122223333";
const place = { accountId: account, region: "us-east-1" };
const role = `arn:aws:iam::${account}:role/Runbook`;

/** A moto that answers with these statuses in turn, and then no more. */
function adminOf(...statuses: readonly number[]) {
  let asked = 0;
  const moto: Pick<Moto, "send"> = {
    send: async () => {
      const status = statuses[asked++];
      if (status === undefined) throw new Error("Nothing is asked again.");
      return { status, headers: [], body: Buffer.from("{}") };
    },
  };
  return createAdmin(moto as Moto);
}

test("a role that could not be read is read again, and what is known of it is kept", async () => {
  const store = createPolicyStore(adminOf(500, 404));
  await expect(store.role(role)).rejects.toThrow("moto failed with status 500");
  expect(await store.role(role)).toBeUndefined();
  expect(await store.role(role)).toBeUndefined();
});

test("only a role that moto does not have is no role", async () => {
  const refused = createPolicyStore(adminOf(403)).role(role);
  await expect(refused).rejects.toThrow(`moto answered GetRole for ${role} with status 403`);
});

test("an organization that could not be read is read again, and what is known of it is kept", async () => {
  const facts = createFacts(adminOf(503, 400));
  await expect(facts.organization(place)).rejects.toThrow("moto failed with status 503");
  expect(await facts.organization(place)).toBeUndefined();
  expect(await facts.organization(place)).toBeUndefined();
});

test("whose a key is that could not be asked is asked again, and what is known of it is kept", async () => {
  const identities = createIdentities(adminOf(500, 403));
  await expect(identities.identify("AKIAKEY")).rejects.toThrow("moto failed with status 500");
  const first = await identities.identify("AKIAKEY");
  expect(await identities.identify("AKIAKEY")).toBe(first);
});

test.each<[string, (facts: Facts) => Promise<unknown>]>([
  ["tags", (facts) => facts.tags(place, ["i-1"])],
  ["a key", (facts) => facts.key(place, "alias/own")],
  ["a bucket's key", (facts) => facts.bucketKey(place, "evidence")],
  ["an object's tags", (facts) => facts.objectTags(place, "evidence", "key")],
])("%s are not told to be missing when moto fails", async (_, asked) => {
  await expect(asked(createFacts(adminOf(500)))).rejects.toThrow("moto failed with status 500");
});
