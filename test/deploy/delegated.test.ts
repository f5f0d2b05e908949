import { readFileSync } from "node:fs";
import type { Emulator } from "automation-emulator";
import { beforeAll, expect, it, vi } from "vitest";
import { inProject } from "../../build/root.ts";
import { sharedEmulator } from "../account/emulator.ts";
import { type Organization, organization, SAMPLE } from "./organization.ts";
import { type Session, session } from "./session.ts";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

const MANAGEMENT = "111122223333";
let emulator: Emulator;
let members: Organization;
let person: Session;

/** The lines of docs/deploy.md that make a delegated administrator, without `aws`. */
const [, block = ""] =
  /```console\n((?:aws .*\n)*aws organizations register-delegated[\s\S]*?)```/.exec(
    readFileSync(inProject("docs", "deploy.md"), "utf8"),
  ) ?? [];
const documented = block
  .trim()
  .split("\n")
  .map((line) => line.replace(/^aws /, ""));

it("an account becomes a delegated administrator of a service only when the organization trusts that", () => {
  // https://docs.aws.amazon.com/organizations/latest/APIReference/API_RegisterDelegatedAdministrator.html
  const first = (text: string): number => documented.findIndex((line) => line.includes(text));
  for (const [trust, register] of [
    ["enable-aws-service-access --service-principal ssm.", "--service-principal ssm."],
    ["activate-organizations-access", "member.org.stacksets."],
  ] as const) {
    expect(first(trust)).toBeGreaterThanOrEqual(0);
    const registered = documented.findIndex(
      (line) => line.includes("register-delegated") && line.includes(register),
    );
    expect(registered).toBeGreaterThan(first(trust));
  }
});

beforeAll(async () => {
  emulator = await sharedEmulator();
  members = await organization(emulator, MANAGEMENT, 8);
  person = session(emulator, "delegated");
});

it("a delegated administrator deploys, rolls out and shares without the management account", async () => {
  const security = members.accounts[0] ?? "";
  for (const line of documented) {
    const ended = await person.aws(MANAGEMENT, ...line.replace(MANAGEMENT, security).split(" "));
    expect(ended.status, ended.all).toBe(0);
  }
  await person.bootstrap(security);
  // The whole organization, with the administrator itself among its accounts.
  const settings = [
    ...[SAMPLE, "callAs=DELEGATED_ADMIN", "administration=true", "copyDocument=true"],
    `organizationalUnits=${members.root}`,
  ];
  const deployed = await person.npm(
    security,
    "deploy",
    "--yes",
    ...settings.flatMap((setting) => ["-c", setting]),
  );
  expect(deployed.status, deployed.all).toBe(0);
  expect(deployed.stdout).toContain("14 stacks in member accounts are current, 0 are not");
  const shared = await person.npm(security, "share", "--unit", "root", "--yes");
  expect(shared.status, shared.all).toBe(0);
  expect(shared.stdout).toContain("afterwards with 8");
  const forgetful = await person.npm(security, "deploy", "-c", SAMPLE);
  for (const stack of ["Administration", "Rollout"])
    expect(forgetful.stdout).toContain(`the stack ContainEC2Instance-${stack} stays as it is`);
});
