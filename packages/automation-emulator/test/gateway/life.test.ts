/** The emulator from its start to its end: state, reset, addresses, and what goes wrong. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CreateImageCommand,
  CreateSecurityGroupCommand,
  DescribeImagesCommand,
  DescribeSecurityGroupsCommand,
  DescribeVpcsCommand,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import { CreateRoleCommand, GetRoleCommand } from "@aws-sdk/client-iam";
import { CreateKeyCommand, DecryptCommand, EncryptCommand } from "@aws-sdk/client-kms";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { GetParameterCommand, PutParameterCommand } from "@aws-sdk/client-ssm";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Admin } from "../../src/gateway/admin.ts";
import { createCallLog, keptCalls } from "../../src/gateway/calls.ts";
import type { DecodedCall } from "../../src/gateway/decode.ts";
import type { PendingCall } from "../../src/gateway/faults.ts";
import { createIdentities, keptKeys } from "../../src/gateway/identities.ts";
import { startEmulator } from "../../src/index.ts";
import { inPackage, inProject } from "../project.ts";
import { isRunning } from "../workers/harness.ts";
import { assume, clients, startTestStack } from "./harness.ts";

// Processes start slowly on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const account = "111122223333";
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "life-"));
});
afterAll(() => rm(folder, { recursive: true }));

const health = async (endpoint: string) => {
  const response = await fetch(`${endpoint}/_emulator/health`);
  return { status: response.status, body: (await response.json()) as { message?: string } };
};

/** Ends the moto that was started last. */
async function killMoto(): Promise<void> {
  const { stdout } = await execa("pgrep", ["-n", "-P", String(process.pid), "-f", "serve.py"]);
  process.kill(Number(stdout), "SIGKILL");
}

async function makeGroup(endpoint: string, name: string): Promise<string> {
  const { ec2 } = clients(endpoint, account);
  const made = await ec2.send(
    new CreateSecurityGroupCommand({ GroupName: name, Description: name }),
  );
  return made.GroupId ?? "";
}

async function groupNames(endpoint: string): Promise<readonly string[]> {
  const { ec2 } = clients(endpoint, account);
  const found = await ec2.send(new DescribeSecurityGroupsCommand({}));
  return (found.SecurityGroups ?? []).map((group) => group.GroupName ?? "");
}

test("a state that is kept is there at the next start, secrets and settings with it", async () => {
  const stateFile = join(folder, "new folder", "moto.pickle");
  const first = await startTestStack({ stateFile });
  const { iam, kms, s3, ssm } = clients(first.endpoint, account);
  await makeGroup(first.endpoint, "kept");
  const trust = JSON.stringify({ Version: "2012-10-17", Statement: [] });
  await iam.send(new CreateRoleCommand({ RoleName: "Kept", AssumeRolePolicyDocument: trust }));
  await s3.send(new CreateBucketCommand({ Bucket: "kept-bucket" }));
  await s3.send(new PutObjectCommand({ Bucket: "kept-bucket", Key: "k", Body: "text" }));
  await ssm.send(new PutParameterCommand({ Name: "kept", Value: "v", Type: "String" }));
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  await kms.send(new CreateKeyCommand({ KeySpec: "RSA_2048", KeyUsage: "SIGN_VERIFY" }));
  const { CiphertextBlob } = await kms.send(
    new EncryptCommand({ KeyId: KeyMetadata?.KeyId, Plaintext: Buffer.from("secret") }),
  );
  await first.settings({ groupQuota: 3 }, account);
  await first.close();
  // Nobody else may read what may be secret.
  expect((await stat(stateFile)).mode & 0o777).toBe(0o600);

  const second = await startTestStack({ stateFile });
  try {
    const again = clients(second.endpoint, account);
    expect(await groupNames(second.endpoint)).toContain("kept");
    expect((await again.iam.send(new GetRoleCommand({ RoleName: "Kept" }))).Role).toBeDefined();
    const object = await again.s3.send(new GetObjectCommand({ Bucket: "kept-bucket", Key: "k" }));
    expect(await object.Body?.transformToString()).toBe("text");
    const { Parameter } = await again.ssm.send(new GetParameterCommand({ Name: "kept" }));
    expect(Parameter?.Value).toBe("v");
    const { Plaintext } = await again.kms.send(new DecryptCommand({ CiphertextBlob }));
    expect(Buffer.from(Plaintext ?? []).toString()).toBe("secret");
    await makeGroup(second.endpoint, "last");
    await expect(makeGroup(second.endpoint, "over")).rejects.toMatchObject({
      name: "SecurityGroupLimitExceeded",
    });
  } finally {
    await second.close();
  }
});

test("an image that was on its way has as long to go after the next start", async () => {
  const stateFile = join(folder, "clock", "moto.pickle");
  const first = await startTestStack({ stateFile });
  const { ec2 } = clients(first.endpoint, account);
  await first.settings({ imageDelay: 3600 }, account);
  const { Images } = await ec2.send(new DescribeImagesCommand({ Owners: ["amazon"] }));
  const run = { ImageId: Images?.[0]?.ImageId, MinCount: 1, MaxCount: 1 };
  const { Instances } = await ec2.send(new RunInstancesCommand(run));
  const InstanceId = Instances?.[0]?.InstanceId;
  const { ImageId = "" } = await ec2.send(new CreateImageCommand({ InstanceId, Name: "copy" }));
  await first.clock.advance(3000);
  await first.close();

  const second = await startTestStack({ stateFile });
  try {
    const again = clients(second.endpoint, account).ec2;
    const state = async () =>
      (await again.send(new DescribeImagesCommand({ ImageIds: [ImageId] }))).Images?.[0]?.State;
    expect(await state()).toBe("pending");
    await second.clock.advance(601);
    expect(await state()).toBe("available");
  } finally {
    await second.close();
  }
});

test("a state that is not one is refused with the file's name, and left alone", async () => {
  const stateFile = join(folder, "not-a-state");
  await writeFile(stateFile, "text");
  await expect(startTestStack({ stateFile })).rejects.toThrow(
    `${stateFile} can't be read as a kept state`,
  );
  expect(await readFile(stateFile, "utf8")).toBe("text");
});

test.each([
  [
    "of another version",
    ['"format": 2', '"format": 7'],
    "was written by another version (format 7",
  ],
  ["of another moto", ['"moto": "', '"moto": "0.'], "was written by another version (moto 0."],
  ["that is damaged", ["kept-bucket", "lost-bucket"], "it is damaged, its digest does not fit it"],
] as const)("a state %s is refused in words, and left alone", async (name, [from, to], words) => {
  const stateFile = join(folder, name, "moto.pickle");
  const first = await startTestStack({ stateFile });
  await clients(first.endpoint, account).s3.send(
    new CreateBucketCommand({ Bucket: "kept-bucket" }),
  );
  await first.close();
  const changed = (await readFile(stateFile, "latin1")).replace(from, to);
  await writeFile(stateFile, changed, "latin1");
  await expect(startTestStack({ stateFile })).rejects.toThrow(words);
  expect(await readFile(stateFile, "latin1")).toBe(changed);
});

test("a state that an emulator has in use is refused to another one", async () => {
  const stateFile = join(folder, "in use", "moto.pickle");
  const first = await startTestStack({ stateFile });
  try {
    await expect(startTestStack({ stateFile })).rejects.toThrow(
      "Another emulator keeps its state in",
    );
  } finally {
    await first.close();
  }
});

test("moto that died is started anew and empty by a reset, also where its state is kept", async () => {
  const stateFile = join(folder, "died", "moto.pickle");
  const first = await startTestStack({ stateFile });
  await makeGroup(first.endpoint, "gone");
  await first.close();
  const stack = await startTestStack({ stateFile });
  try {
    expect(await groupNames(stack.endpoint)).toContain("gone");
    await killMoto();
    await vi.waitUntil(async () => (await health(stack.endpoint)).status === 503);
    await fetch(`${stack.endpoint}/_emulator/reset`, { method: "POST" });
    expect(await groupNames(stack.endpoint)).toEqual(["default"]);
  } finally {
    await stack.close();
  }
});

test("a reset empties everything, in a moment", async () => {
  const stack = await startTestStack();
  try {
    await makeGroup(stack.endpoint, "gone");
    await stack.settings({ groupQuota: 2 });
    stack.faults.add({ match: { operation: "DescribeVpcs" }, kind: { throttle: true } });
    stack.guardrails.deny({ actions: ["*"] });
    stack.enforce(account);
    const started = performance.now();
    const answer = await fetch(`${stack.endpoint}/_emulator/reset`, { method: "POST" });
    expect(answer.status).toBe(200);
    expect(performance.now() - started).toBeLessThan(1000);
    expect(stack.calls.all()).toEqual([]);
    expect(await (await fetch(`${stack.endpoint}/_emulator/faults`)).json()).toEqual([]);
    expect(stack.guardrails.list()).toEqual([]);
    expect(await groupNames(stack.endpoint)).toEqual(["default"]);
    for (const name of ["a", "b", "c"]) await makeGroup(stack.endpoint, name);
  } finally {
    await stack.close();
  }
});

test("an enforcement from before a reset does not end one from after it", async () => {
  const stack = await startTestStack();
  try {
    const early = stack.enforce(account);
    await fetch(`${stack.endpoint}/_emulator/reset`, { method: "POST" });
    stack.enforce(account);
    early();
    const { iam } = clients(stack.endpoint, account);
    const trust = { Effect: "Allow", Principal: { AWS: account }, Action: "sts:AssumeRole" };
    const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [trust] });
    await iam.send(new CreateRoleCommand({ RoleName: "Held", AssumeRolePolicyDocument }));
    const held = await assume(stack.endpoint, `arn:aws:iam::${account}:role/Held`);
    await expect(held.ec2.send(new DescribeVpcsCommand({}))).rejects.toMatchObject({
      name: "UnauthorizedOperation",
    });
  } finally {
    await stack.close();
  }
});

test("settings can be read and changed over HTTP, and a wrong one is refused in words", async () => {
  const stack = await startTestStack();
  const ask = async (method: string, query: string, body?: object) => {
    const response = await fetch(`${stack.endpoint}/_emulator/settings${query}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  };
  try {
    const own = `?account=${account}`;
    expect(await ask("POST", own, { imageDelay: 7 })).toMatchObject({ status: 200 });
    expect(await ask("GET", own)).toMatchObject({ body: { image_delay: 7 } });
    expect(await ask("GET", "?account=999999999999")).toMatchObject({ body: { image_delay: 0.5 } });
    expect(await ask("DELETE", own)).toMatchObject({ status: 200 });
    expect(await ask("GET", own)).toMatchObject({ body: { image_delay: 0.5 } });
    expect(await ask("POST", "", { wind: 7 })).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining("there is no setting wind") },
    });
  } finally {
    await stack.close();
  }
});

test("the clock is read, advanced and scaled over HTTP, and commands are given results", async () => {
  const emulator = await startEmulator({ timeScale: 0 });
  const ask = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${emulator.endpoint}/_emulator/${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as { now: string } };
  };
  const refused = async (body: object, why: string) => {
    expect(await ask("POST", "clock", body)).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining(why) },
    });
  };
  try {
    const before = Date.parse((await ask("GET", "clock")).body.now);
    const after = Date.parse((await ask("POST", "clock", { advance: 3600 })).body.now);
    expect(after - before).toBeGreaterThanOrEqual(3_600_000);
    expect(after - before).toBeLessThan(3_700_000);
    expect((await ask("POST", "clock", { timeScale: 60 })).body).toMatchObject({ timeScale: 60 });
    expect((await ask("GET", "clock")).body).toMatchObject({ timeScale: 60 });
    await refused({}, "the body needs advance or timeScale");
    await refused({ advance: "1 h" }, "advance must be a number");
    await refused({ advance: -1 }, "seconds above 0, not by -1");
    await refused({ timeScale: 20_000 }, "from 0 to 10000, not 20000");
    await refused({ timeScale: 20_000, advance: 3600 }, "from 0 to 10000, not 20000");
    await refused({ timeScale: 5, advance: -1 }, "seconds above 0, not by -1");
    // What is refused has changed nothing.
    expect((await ask("GET", "clock")).body).toMatchObject({ timeScale: 60 });
    expect(Date.parse((await ask("GET", "clock")).body.now) - after).toBeLessThan(100_000);
    expect(await ask("POST", "clock")).toMatchObject({
      status: 400,
      body: { message: "The body must be JSON: it is empty." },
    });
    await refused({ scale: 2 }, "unknown key scale; known are advance, timeScale");
    const result = { status: "Failed", responseCode: 3, output: "no" };
    expect((await ask("POST", "commands", { match: {}, result })).status).toBe(200);
    expect(await ask("POST", "commands", { result: { status: "Odd" } })).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining("status must be one of Success") },
    });
    expect((await ask("DELETE", "commands")).status).toBe(200);
  } finally {
    await emulator.close();
  }
});

test("moto that dies is told by the health check and by each call, and a reset starts it anew", async () => {
  const stack = await startTestStack();
  try {
    await makeGroup(stack.endpoint, "gone");
    await killMoto();
    await vi.waitUntil(async () => (await health(stack.endpoint)).status === 503);
    expect((await health(stack.endpoint)).body.message).toContain("moto ended (SIGKILL)");
    await expect(groupNames(stack.endpoint)).rejects.toMatchObject({
      name: "ServiceUnavailable",
      message: expect.stringContaining("/_emulator/reset"),
    });
    await fetch(`${stack.endpoint}/_emulator/reset`, { method: "POST" });
    expect((await health(stack.endpoint)).status).toBe(200);
    expect(await groupNames(stack.endpoint)).toEqual(["default"]);
  } finally {
    await stack.close();
  }
});

test("the log of calls keeps the newest, so that memory stays flat", () => {
  const log = createCallLog();
  const call = { service: "ec2", operation: "DescribeVpcs" } as PendingCall;
  for (let id = 1; id <= keptCalls * 2; id += 1) {
    log.record({ ...call, id, latencyMs: 1, status: 200, outcome: "ok" });
  }
  expect(log.all().length).toBeLessThanOrEqual(keptCalls * 1.1);
  expect(log.all().at(-1)?.id).toBe(keptCalls * 2);
});

test("the newest sessions of roles are known, so that memory stays flat", () => {
  const identities = createIdentities({} as Admin);
  const RoleArn = `arn:aws:iam::${account}:role/Any`;
  const call = { operation: "AssumeRole", parameters: { RoleArn } } as unknown as DecodedCall;
  const answer = (key: string) =>
    `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>${key}</AccessKeyId></Credentials></AssumeRoleResult></AssumeRoleResponse>`;
  for (let n = 0; n <= keptKeys; n += 1) identities.learn(call, Buffer.from(answer(`ASIA${n}`)));
  expect(identities.session("ASIA0")).toBeUndefined();
  expect(identities.session("ASIA1")?.roleArn).toBe(RoleArn);
  expect(identities.session(`ASIA${keptKeys}`)?.roleArn).toBe(RoleArn);
});

/** One that was free a moment ago, on all addresses. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "0.0.0.0");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

describe("the command", () => {
  const start = (args: readonly string[], through: readonly string[] = []) => {
    const own = [process.execPath, "scripts/run.mjs", "scripts/emulator.ts"];
    const [file = "", ...rest] = through.length > 0 ? through : own;
    return execa(file, [...rest, ...args], { cwd: inProject(), reject: false, all: true });
  };
  const ready = (child: ReturnType<typeof start>): Promise<string> =>
    new Promise((resolve, reject) => {
      let output = "";
      child.all.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        const endpoint = /export AWS_ENDPOINT_URL=(\S+)/.exec(output)?.[1];
        if (endpoint !== undefined && output.includes("Ctrl-C")) resolve(endpoint);
      });
      child.then(() => reject(new Error(output)));
    });

  test("ends with all that it started when npm gets SIGTERM", async () => {
    const child = start(["--port", "0"], ["npm", "run", "emulator", "--"]);
    const endpoint = await ready(child);
    const descendants = await descendantsOf(child.pid ?? 0);
    expect(descendants.length).toBeGreaterThan(2);
    child.kill("SIGTERM");
    await child;
    await vi.waitUntil(() => descendants.every((pid) => !isRunning(pid)), { timeout: 20_000 });
    await expect(health(endpoint)).rejects.toThrow();
  });

  test.each([
    ["a port that is no port", ["--port", "70000"], /number from 0 to 65535/],
    ["an address of another machine", ["--host", "192.0.2.1"], /192\.0\.2\.1 is not an address/],
    [
      "a log in a folder that is not there",
      ["--log", "/nowhere/log"],
      /log can't be written .*\/nowhere\/log/,
    ],
    ["a state folder in a file", ["--state", "/etc/hostname/state"], /No state can be kept there/],
    ["a name without a port", ["--allow-host", "emulator"], /Like localhost:8080/],
  ])("tells %s in words", async (_, args, words) => {
    const { all, exitCode } = await start(["--port", "0", ...args]);
    expect(exitCode).toBe(1);
    expect(all).toMatch(words);
    expect(all).not.toContain("    at ");
  });

  const address = Object.values(networkInterfaces())
    .flat()
    .find((each) => each?.family === "IPv4" && !each.internal)?.address;

  /** The command of a line of the Dockerfile. */
  const inDockerfile = (word: string): readonly string[] => {
    const line = new RegExp(`^${word}[^[]*(\\[.*\\])$`, "m").exec(
      readFileSync(inPackage("Dockerfile"), "utf8"),
    );
    return JSON.parse(line?.[1] ?? "[]") as readonly string[];
  };

  test.skipIf(address === undefined)(
    "answers on all networks for the names that are allowed, as the Dockerfile starts and checks it",
    async () => {
      const port = await freePort();
      const child = start(
        ["--port", String(port), "--allow-host", `${address}:${port}`],
        inDockerfile("ENTRYPOINT"),
      );
      try {
        const endpoint = await ready(child);
        expect((await health(endpoint)).status).toBe(200);
        expect((await health(`http://${address}:${port}`)).status).toBe(200);
        // A mapped port reaches it by this name.
        expect((await health(`http://localhost:${port}`)).status).toBe(200);
        const [node = "", ...check] = inDockerfile("HEALTHCHECK").map((part) =>
          part.replace(":4566", `:${port}`),
        );
        expect((await execa(node, check, { reject: false })).exitCode).toBe(0);
      } finally {
        child.kill("SIGTERM");
        await child;
      }
    },
  );

  test("keeps its state in a folder", async () => {
    const state = join(folder, "command");
    const child = start(["--port", "0", "--state", state]);
    const endpoint = await ready(child);
    await makeGroup(endpoint, "kept");
    child.kill("SIGTERM");
    await child;
    expect(await readdir(state)).toEqual(["moto.pickle", "moto.pickle.lock"]);
    const again = start(["--port", "0", "--state", state]);
    try {
      expect(await groupNames(await ready(again))).toContain("kept");
    } finally {
      again.kill("SIGTERM");
      await again;
    }
  });
});

async function descendantsOf(pid: number): Promise<readonly number[]> {
  const { stdout } = await execa("pgrep", ["-P", String(pid)], { reject: false });
  const own = stdout.split("\n").filter(Boolean).map(Number);
  const further = await Promise.all(own.map(descendantsOf));
  await sleep(0);
  return [...own, ...further.flat()];
}
