/** Backups that somebody has changed, and tags and names that somebody has made to mislead. */
import { createHash } from "node:crypto";
import { CreateSecurityGroupCommand, CreateTagsCommand } from "@aws-sdk/client-ec2";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import type { Emulator } from "automation-emulator";
import { makeNetwork } from "automation-emulator/sample/account";
import { backupKey, makeWorld, type World } from "../../world/world.ts";
import { drift, lies } from "./claims.ts";
import type { Finding, Job } from "./jobs.ts";
import { containAndRelease, releaseAgain } from "./recover.ts";

interface Backup {
  [part: string]: unknown;
  Interfaces: { Id: string; Groups: string[]; [part: string]: unknown }[];
}

/** The checksum as the runbook makes it: Python's json.dumps with sorted keys. */
function sign(backup: Backup): string {
  const { Checksum: _, ...content } = backup;
  const Checksum = createHash("sha256").update(pythonJson(content)).digest("hex");
  return JSON.stringify({ ...content, Checksum });
}

function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const parts = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${parts.map(([key, part]) => `${pythonJson(key)}: ${pythonJson(part)}`).join(", ")}}`;
  }
  return JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const withGroups = (backup: Backup, Groups: unknown): Backup => ({
  ...backup,
  Interfaces: backup.Interfaces.map((one) => ({
    ...one,
    Groups: Groups as string[],
    Names: Object.fromEntries([...(Groups as string)].map((id) => [id, "name"])),
  })),
});

type Tamper = (text: string, backup: Backup, other: { group: string }) => string;

/** What somebody makes of a backup. Those with a fitting checksum are by one who can write to the bucket and knows how. */
const tampers: Readonly<Record<string, Tamper>> = {
  "cut short": (text) => text.slice(0, text.length / 2),
  empty: () => "",
  "no JSON": () => "<Error/>",
  "a list": () => "[]",
  null: () => "null",
  "deeply nested": () => "[".repeat(100_000),
  "10 MB more": (text) => text.replace("{", `{"Filler": "${"x".repeat(10_000_000)}",`),
  "another instance": (_, backup) => sign({ ...backup, InstanceId: "i-0123456789abcdef0" }),
  "another account": (_, backup) => sign({ ...backup, AccountId: "999999999999" }),
  "another Region": (_, backup) => sign({ ...backup, Region: "eu-west-1" }),
  "another version": (_, backup) => sign({ ...backup, FormatVersion: "2" }),
  "no version": (_, { FormatVersion: _version, ...backup }) => sign(backup as Backup),
  "other groups": (_, backup, { group }) => JSON.stringify(withGroups(backup, [group])),
  "another checksum": (_, backup) => JSON.stringify({ ...backup, Checksum: "0".repeat(64) }),
  "no checksum": (_, { Checksum: _sum, ...backup }) => JSON.stringify(backup),
  "groups of another VPC": (_, backup, { group }) => sign(withGroups(backup, [group])),
  "no groups": (_, backup) => sign(withGroups(backup, [])),
  "groups that are a text": (_, backup) => sign(withGroups(backup, "sg-12345678")),
  "groups that are no ids": (_, backup) => sign(withGroups(backup, ["default", "*"])),
  "groups with a line break": (_, backup) => sign(withGroups(backup, ["sg-12345678\n"])),
  "an interface that is no id": (_, backup) =>
    sign({ ...backup, Interfaces: [{ Id: "eni-*", Groups: ["sg-12345678"] }] }),
  "interfaces that are a text": (_, backup) =>
    sign({ ...backup, Interfaces: "eni-12345678" as unknown as [] }),
  "no interfaces": (_, { Interfaces: _interfaces, ...backup }) => sign(backup as Backup),
  "another group name": (_, backup) => sign({ ...backup, GroupSuffix: "-*" }),
  "tags that are none": (_, backup) => sign({ ...backup, Tags: "x" }),
  "no rules": (_, { Rules: _rules, ...backup }) => sign(backup as Backup),
};

async function tryTamper(emulator: Emulator, name: string, tamper: Tamper): Promise<Finding> {
  const world = await makeWorld(emulator, { interfaces: [["web", "db"]] });
  const elsewhere = await makeNetwork(world.ec2, ["elsewhere"]);
  const before = await world.snapshot();
  const key = backupKey(await world.contain({ TagIdentifier: "Key=Case,Value=1" }));
  const place = { Bucket: world.bucket, Key: key };
  const text =
    (await (await world.s3.send(new GetObjectCommand(place))).Body?.transformToString()) ?? "";
  const other = { group: elsewhere.groups.elsewhere ?? "" };
  const Body = tamper(text, JSON.parse(text) as Backup, other);
  await world.s3.send(new PutObjectCommand({ ...place, Body }));
  const earlier = await world.snapshot();
  const run = await world.release(key);
  const now = await world.snapshot();
  const wrong = [
    // What EC2 refuses to one interface keeps the runbook from nothing else that the backup says of tags.
    ...drift(earlier, now)
      .filter((line) => name !== "groups of another VPC" || !/^tags| tags/.test(line))
      .map((line) => `the tampered backup changed ${line}`),
    ...lies(run, world.instanceId, before, earlier, now),
  ];
  if (run.status === "Success") wrong.push("the tampered backup was taken");
  const why = `${run.failure} ${JSON.stringify(run.json["What failed"] ?? "")}`;
  if (!/can't be used|whole backup|groups|network/i.test(why))
    wrong.push(`the error does not say why: ${why.slice(0, 300)}`);
  if (/Traceback|KeyError|TypeError|AttributeError/.test(run.failure.split(" - ").at(-1) ?? ""))
    wrong.push(`the error is one of Python: ${run.failure.slice(-300)}`);
  await world.s3.send(new PutObjectCommand({ ...place, Body: text }));
  wrong.push(...(await releaseAgain(world, key, before)));
  return { violations: wrong, facts: { status: run.status } };
}

type Prepare = (world: World) => Promise<unknown>;

const tag = (world: World, id: string, Key: string, Value: string): Promise<unknown> =>
  world.ec2.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key, Value }] }));

const group = async (world: World, name: string, Key?: string, Value?: string): Promise<string> => {
  const make = { GroupName: name, Description: "x", VpcId: world.network.vpcId };
  const { GroupId = "" } = await world.ec2.send(new CreateSecurityGroupCommand(make));
  if (Key !== undefined) await tag(world, GroupId, Key, Value ?? "");
  return GroupId;
};

const BACKUP = "ContainEC2Instance:Backup";

/** What somebody who may tag and make groups prepares before the containment. It must not keep the instance from it. */
const traps: Readonly<Record<string, { prepare: Prepare }>> = {
  "the instance carries the runbook's tag": {
    prepare: (world) => tag(world, world.instanceId, BACKUP, "s3://evil/x.json"),
  },
  "the instance's tags are commands": {
    prepare: (world) =>
      tag(world, world.instanceId, '$(id)"; {{ x }}', "'; rm -rf / #\n{{InstanceId}}"),
  },
  "a group has the containment's name": {
    prepare: (world) => group(world, `ContainEC2Instance-containment-${world.instanceId}`),
  },
  "a group has the all-access group's name": {
    prepare: (world) => group(world, `ContainEC2Instance-all-access-${world.instanceId}`),
  },
  "a group leads to a missing backup": {
    prepare: (world) =>
      group(
        world,
        `ContainEC2Instance-containment-${world.instanceId}`,
        BACKUP,
        `s3://${world.bucket}/none.json`,
      ),
  },
  "a group leads to a forged backup": {
    prepare: async (world) => {
      await world.s3.send(
        new PutObjectCommand({
          Bucket: world.bucket,
          Key: "forged.json",
          Body: '{"FormatVersion":"1"}',
        }),
      );
      await group(
        world,
        `ContainEC2Instance-containment-${world.instanceId}`,
        BACKUP,
        `s3://${world.bucket}/forged.json`,
      );
    },
  },
  "a group leads to another bucket": {
    prepare: (world) =>
      group(
        world,
        `ContainEC2Instance-containment-${world.instanceId}`,
        BACKUP,
        "s3://evil/x.json",
      ),
  },
  "a group's tag is no address": {
    prepare: (world) =>
      group(world, `ContainEC2Instance-containment-${world.instanceId}-x`, BACKUP, "s3://{{ x }}"),
  },
  "a group's name is a command": { prepare: (world) => group(world, "$(id) [x] (y) {z} & = ;") },
};

async function tryTrap(emulator: Emulator, { prepare }: { prepare: Prepare }): Promise<Finding> {
  const world = await makeWorld(emulator, { interfaces: [["web", "db"]] });
  await prepare(world);
  const before = await world.snapshot();
  const run = await world.contain();
  const now = await world.snapshot();
  const wrong = [...lies(run, world.instanceId, before, before, now)];
  if (run.status !== "Success")
    wrong.push(`it kept the instance from being contained: ${run.failure.slice(0, 500)}`);
  if (run.status === "Success")
    wrong.push(
      ...(await containAndRelease(
        world,
        { name: "", parameters: {}, make: async () => world },
        before,
      )),
    );
  else wrong.push(...drift(before, now));
  return { violations: wrong, facts: { status: run.status } };
}

export const tamperJobs: readonly Job[] = [
  ...Object.entries(tampers).map(
    ([name, tamper]): Job => ({
      section: "hostile input",
      id: `a backup: ${name}`,
      run: ({ emulator }) => tryTamper(emulator, name, tamper),
    }),
  ),
  ...Object.entries(traps).map(
    ([name, trap]): Job => ({
      section: "hostile input",
      id: `a trap: ${name}`,
      run: ({ emulator }) => tryTrap(emulator, trap),
    }),
  ),
];
