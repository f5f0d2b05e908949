import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { findPython } from "automation-language/python";
import { execa } from "execa";
import { expect, test } from "vitest";
import { startMoto } from "../../src/gateway/moto.ts";
import { inPackage, inProject } from "../project.ts";
import { isRunning } from "../workers/harness.ts";
import { startTestStack } from "./harness.ts";

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    () => true,
    () => false,
  );

/** Waits until something is so; a test that waits in vain fails by its own time limit. */
async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await sleep(20);
}

/** The process ids of the motos that a process has started. */
async function motosOf(parent: number): Promise<readonly number[]> {
  const { stdout } = await execa("pgrep", ["-P", String(parent), "-f", "serve.py"], {
    reject: false,
  });
  return stdout.split("\n").filter(Boolean).map(Number);
}

/** Starting node, moto and the gateway takes seconds on a machine that is busy. */
const patience = 30_000;

test(
  "after close nothing answers, and closing again is harmless",
  async () => {
    const stack = await startTestStack();
    expect(await answers(`${stack.endpoint}/_emulator/health`)).toBe(true);
    await stack.close();
    await stack.close();
    expect(await answers(`${stack.endpoint}/_emulator/health`)).toBe(false);
  },
  patience,
);

test(
  "a port that is taken is an error, and leaves nothing behind",
  async () => {
    const taken = createServer();
    const port = await new Promise<number>((resolve) => {
      taken.listen(0, "127.0.0.1", () => resolve((taken.address() as { port: number }).port));
    });
    const before = await motosOf(process.pid);
    await expect(startTestStack({ port })).rejects.toMatchObject({ code: "EADDRINUSE" });
    expect(await motosOf(process.pid)).toEqual(before);
    await new Promise((resolve) => taken.close(resolve));
  },
  patience,
);

test("a Python without moto says what is missing", async () => {
  await expect(startMoto("/nonexistent/python")).rejects.toThrow("ENOENT");
  const serve = inPackage("test", "gateway", "not-there.py");
  await expect(startMoto(findPython(), undefined, serve)).rejects.toThrow(
    /exit status 2[\s\S]*not-there\.py/,
  );
});

test(
  "npm run emulator prints its environment, ends on Ctrl-C, and moto ends with it",
  async () => {
    const child = execa(
      process.execPath,
      ["scripts/run.mjs", "scripts/emulator.ts", "--port", "0", "--region", "eu-west-1"],
      { cwd: inProject(), reject: false },
    );
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    await until(() => output.includes("Ctrl-C"));
    expect(output).toContain("export AWS_REGION=eu-west-1");
    const endpoint = /export AWS_ENDPOINT_URL=(\S+)/.exec(output)?.[1] ?? "";
    expect(await answers(`${endpoint}/_emulator/health`)).toBe(true);
    child.kill("SIGINT");
    expect((await child).exitCode).toBe(0);
    expect(await answers(`${endpoint}/_emulator/health`)).toBe(false);
  },
  patience,
);

test(
  "moto ends when its parent is killed",
  async () => {
    const child = execa(
      process.execPath,
      ["scripts/run.mjs", "scripts/emulator.ts", "--port", "0"],
      {
        cwd: inProject(),
        reject: false,
      },
    );
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    await until(() => output.includes("Ctrl-C"));
    const [moto = 0] = await motosOf(child.pid ?? 0);
    expect(isRunning(moto)).toBe(true);
    child.kill("SIGKILL");
    await child;
    await until(() => !isRunning(moto));
  },
  patience,
);

test(
  "a request that takes this for a proxy to elsewhere is refused",
  async () => {
    const stack = await startTestStack();
    try {
      const { stdout } = await execa(
        findPython(),
        [
          "-c",
          "import urllib.request as r, urllib.error\ntry: r.urlopen('http://example.com/')\nexcept urllib.error.HTTPError as e: print(e.code, e.read().decode())",
        ],
        { env: { http_proxy: stack.endpoint, no_proxy: "" } },
      );
      expect(stdout).toContain("502 This is the emulator of AWS");
      expect(stack.calls.all()).toEqual([]);
    } finally {
      await stack.close();
    }
  },
  patience,
);
