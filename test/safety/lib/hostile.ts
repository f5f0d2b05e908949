/** Parameters that are no such thing: whatever they say, nothing is done that a clean run would not do. */

import type { Emulator } from "automation-emulator";
import fc from "fast-check";
import type { Parameters } from "../../world/run.ts";
import { backupKey, makeWorld } from "../../world/world.ts";
import { drift, interfacesOf, lies, openInterfaces } from "./claims.ts";
import type { Finding, Job } from "./jobs.ts";
import { releaseAgain } from "./recover.ts";

const nasty = [
  "{{ global:ACCOUNT_ID }}",
  "{{InstanceId}}",
  "{{ planChanges.Plan }}",
  '"; import os; os.system("id"); "',
  "'''\nraise SystemExit\n'''",
  '{"Key":"Case","Value":["x"]}',
  "$(touch pwned)",
  "a\nb\r\nc\u0000d",
  "\u202eтест\ud83d\ude00",
  "../../../etc/passwd",
  "i-0123456789abcdefg",
  "i-0123456789abcde\u03bf0",
  "i-00000000000000000",
  "x".repeat(10_000),
  "true",
  "-1",
  "null",
  "",
  " ",
] as const;

const text = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...nasty) },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 200 }) },
  { weight: 1, arbitrary: fc.json({ maxDepth: 2 }) },
);

/** Rules that look nearly right. */
const rule = fc
  .record(
    {
      Cidr: fc.oneof(
        fc.constantFrom(
          "0.0.0.0/0",
          "::/0",
          "10.0.0.1/8",
          "010.0.0.1/32",
          "1.2.3.4",
          "1.2.3.4/33",
          "203.0.113.0/24",
          "2001:db8::/64",
          "::ffff:1.2.3.4/128",
          "1.2.3.4/32\n",
          "１.2.3.4/32",
        ),
        text,
      ),
      IpProtocol: fc.constantFrom("tcp", "TCP", "-1", "6", "icmp", "58", "256", "all", "٦", ""),
      FromPort: fc.constantFrom("22", "-1", "0", "65536", "99999999999", "2 2", "٢٢", "1e3", ""),
      ToPort: fc.constantFrom("22", "-1", "65535", "21", "0x16", ""),
      UserId: text,
    },
    { requiredKeys: ["Cidr", "IpProtocol"] },
  )
  .map((value) => JSON.stringify(value));

const prefix = fc.constantFrom(
  "incidents/4711",
  "/incidents",
  "a//b",
  "..",
  "../other",
  "x.json",
  "a=b+c@d:e",
  "x".repeat(256),
  "ContainEC2Instance",
);

/** One to three parameters, live or not. */
const parameters: fc.Arbitrary<Parameters> = fc.oneof(
  fc
    .subarray(
      [
        "InstanceId",
        "Action",
        "DryRun",
        "CreateAMIBackup",
        "KmsKey",
        "TagIdentifier",
        "S3BucketName",
        "S3PrefixName",
        "AutomationAssumeRole",
      ],
      { minLength: 1, maxLength: 2 },
    )
    .chain((names) =>
      fc.tuple(...names.map(() => text)).map((values) => ({
        DryRun: "false",
        ...Object.fromEntries(names.map((name, at) => [name, values[at] ?? ""])),
      })),
    ),
  fc.record({
    DryRun: fc.constant("false"),
    IngressInput: fc.array(fc.oneof(rule, text), { maxLength: 3 }),
    EgressInput: fc.array(rule, { maxLength: 61 }),
  }),
  fc.record({
    DryRun: fc.constant("false"),
    TagIdentifier: fc.oneof(
      text.map((value) => `Key=${value},Value=x`),
      text.map((value) => `Key=Case,Value=${value}`),
      fc.constantFrom(
        "Key=aws:x,Value=y",
        "Key=ContainEC2Instance:Backup,Value=s3://evil/x.json",
        "key=a/b@c+d=e,value=+&=/@",
        "Key=Name,Value=",
      ),
    ),
    S3PrefixName: prefix,
  }),
);

/** Operations that change something in a clean Contain. */
const usual = new Set([
  "AssumeRole",
  "PutObject",
  "CreateBucket",
  "PutBucketVersioning",
  "PutBucketPolicy",
  "CreateSecurityGroup",
  "RevokeSecurityGroupEgress",
  "AuthorizeSecurityGroupEgress",
  "AuthorizeSecurityGroupIngress",
  "ModifyNetworkInterfaceAttribute",
  "CreateTags",
  "CreateImage",
  "CopyImage",
]);

async function tryParameters(emulator: Emulator, given: Parameters): Promise<Finding> {
  const world = await makeWorld(emulator, { interfaces: [["web", "db"]] });
  const before = await world.snapshot();
  let run: Awaited<ReturnType<typeof world.run>>;
  try {
    run = await world.run(given);
  } catch (error) {
    // Systems Manager itself refuses what does not fit a parameter's pattern.
    const why = error instanceof Error ? `${error.name} ${error.message}` : String(error);
    const changed = drift(before, await world.snapshot());
    return {
      violations: [
        ...changed.map((line) => `a refused start changed ${line}`),
        ...(/Parameter|Validation|Role|assume/i.test(why) ? [] : [`it was refused with ${why}`]),
      ],
      facts: { refused: "by Systems Manager" },
    };
  }
  const now = await world.snapshot();
  const own = interfacesOf(before, world.instanceId).map(({ id }) => id);
  const calls = emulator.calls.mutating({ executionId: run.id });
  const violations = [
    ...openInterfaces(now).map((id) => `${id} was left open to all`),
    ...calls.filter(({ operation }) => !usual.has(operation)).map(({ operation }) => operation),
    ...calls
      .filter(
        ({ operation, parameters: { NetworkInterfaceId } }) =>
          operation === "ModifyNetworkInterfaceAttribute" &&
          !own.includes(String(NetworkInterfaceId)),
      )
      .map(({ parameters: p }) => `it changed ${String(p.NetworkInterfaceId)}`),
    ...lies(run, world.instanceId, before, before, now),
  ];
  if (run.status === "Success" && /^CONTAINED/.test(String(run.json.Title)))
    violations.push(
      ...(await releaseAgain(
        world,
        backupKey(run),
        before,
        String(given.S3BucketName ?? world.bucket),
      )),
    );
  else
    violations.push(...drift(before, now).map((line) => `changed by a ${run.status} run: ${line}`));
  return { violations, facts: { refused: run.status === "Success" ? "no" : "by the runbook" } };
}

/** As many sets of parameters as asked for, the same for the same seed. */
export const parameterJobs = (seed: number, count: number): readonly Job[] =>
  fc.sample(parameters, { seed, numRuns: count }).map(
    (given, at): Job => ({
      section: "hostile input",
      id: `parameters ${at}: ${JSON.stringify(given).slice(0, 200)}`,
      run: ({ emulator }) => tryParameters(emulator, given),
    }),
  );
