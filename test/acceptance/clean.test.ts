/** What is said to be left of a run when AWS does not answer. */
import { EC2Client } from "@aws-sdk/client-ec2";
import { IAMClient } from "@aws-sdk/client-iam";
import { S3Client } from "@aws-sdk/client-s3";
import { SSMClient } from "@aws-sdk/client-ssm";
import { expect, it } from "vitest";
import { clean } from "../../acceptance/clean.ts";
import type { Target } from "../../acceptance/run.ts";
import { newRunId } from "../../acceptance/runId.ts";

const region = "us-east-1";

/** An account with nothing in it, whose buckets can be listed in some of the looks only. */
function emptyAccount(listsBuckets: (look: number) => boolean): Target {
  let looks = 0;
  const nothing = async () => ({});
  const buckets = async () => {
    if (!listsBuckets(++looks)) throw new Error("S3 says no");
    return {};
  };
  return {
    account: "111122223333",
    region,
    clients: {
      ec2: Object.assign(new EC2Client({ region }), { send: nothing }),
      iam: Object.assign(new IAMClient({ region }), { send: nothing }),
      s3: Object.assign(new S3Client({ region }), { send: buckets }),
      ssm: Object.assign(new SSMClient({ region }), { send: nothing }),
    },
  };
}

it.each<[string, (look: number) => boolean, number]>([
  ["both looks succeed", () => true, 0],
  ["the first look fails", (look) => look !== 1, 1],
  ["the second look fails", (look) => look !== 2, 1],
  ["both looks fail", () => false, 1],
])("when %s, a run is said to have left nothing only if all was seen", async (_, lists, count) => {
  const left = await clean(
    emptyAccount(lists),
    { id: newRunId(new Date()), interval: 0 },
    [],
    () => undefined,
  );
  expect(left).toHaveLength(count);
  for (const { why } of left) expect(why).toBe("not all could be looked for: S3 says no");
});
