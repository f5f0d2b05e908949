import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type Emulator, startEmulator } from "../../emulator/index.ts";
import { type Session, session } from "./session.ts";
import { type Organization, organization, SAMPLE } from "./world.ts";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

const MANAGEMENT = "111122223333";
let emulator: Emulator;
let world: Organization;
let person: Session;

beforeAll(async () => {
  emulator = await startEmulator();
  world = await organization(emulator, MANAGEMENT, 8);
  person = session(emulator, "delegated");
});
afterAll(() => emulator?.close());

it("a delegated administrator deploys, rolls out and shares without the management account", async () => {
  const security = world.accounts[0] ?? "";
  await person.aws(MANAGEMENT, "cloudformation", "activate-organizations-access");
  for (const service of ["ssm", "member.org.stacksets.cloudformation"]) {
    const delegated = await person.aws(
      MANAGEMENT,
      ...["organizations", "register-delegated-administrator", "--account-id", security],
      ...["--service-principal", `${service}.amazonaws.com`],
    );
    expect(delegated.status, delegated.all).toBe(0);
  }
  await person.bootstrap(security);
  // The whole organization, with the administrator itself among its accounts.
  const settings = [
    ...[SAMPLE, "callAs=DELEGATED_ADMIN", "administration=true", "copyDocument=true"],
    `organizationalUnits=${world.root}`,
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
