/** What a web page in the developer's browser can do to the emulator: nothing. */
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders, request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findPython } from "automation-language/python";
import { execa } from "execa";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Stack } from "../../src/gateway/stack.ts";
import { inPackage } from "../project.ts";
import { aws, startTestStack, type WrittenDown } from "./harness.ts";

const account = "111122223333";
let stack: Stack<WrittenDown>;
let port: number;

beforeAll(async () => {
  stack = await startTestStack({ allowedHosts: ["emulator.test:4566"] });
  port = Number(new URL(stack.endpoint).port);
});
afterAll(() => stack.close());
afterEach(() => stack.calls.clear());

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A request with these headers exactly, which fetch would not send. */
function ask(
  to: number,
  path: string,
  headers: Readonly<Record<string, string>>,
  method = "GET",
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port: to, path, method, headers }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        body += chunk;
      });
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    sent.on("error", reject).end();
  });
}

const credential = `${account}/20260101/us-east-1/ec2/aws4_request`;
const signed = `X-Amz-Credential=${encodeURIComponent(credential)}`;
const paths = {
  "an AWS call": `/?Action=CreateVpc&Version=2016-11-15&CidrBlock=10.0.0.0/16&${signed}`,
  "a control path": "/_emulator/health",
  "moto's own path": "/moto-api/data.json",
};

/** Headers that browsers send for a page, by what the page does; `port` stands for the server's. */
const attacks: readonly [string, (port: number) => Record<string, string>, string?][] = [
  ["a page whose name leads to loopback", (own) => ({ host: `rebound.example:${own}` })],
  ["loopback with another port", (own) => ({ host: `localhost:${own + 1}` })],
  ["loopback with no port", () => ({ host: "localhost" })],
  ["a name that only looks like loopback", (own) => ({ host: `127.0.0.1.example:${own}` })],
  ["a script of another origin", (own) => ({ host: here(own), origin: "https://example.com" })],
  ["a script of another port", (own) => ({ host: here(own), origin: "http://localhost:3000" })],
  ["a sandboxed frame or a file", (own) => ({ host: here(own), origin: "null" })],
  ["an image of another site", (own) => ({ host: here(own), "sec-fetch-site": "cross-site" })],
  ["an image of another port", (own) => ({ host: here(own), "sec-fetch-site": "same-site" })],
  [
    "a preflight",
    (own) => ({
      host: here(own),
      origin: "https://example.com",
      "access-control-request-method": "POST",
      "access-control-request-private-network": "true",
    }),
    "OPTIONS",
  ],
];
const here = (own: number): string => `127.0.0.1:${own}`;

describe.each(Object.entries(paths))("%s", (_, path) => {
  test.each(attacks)("is refused for %s", async (_name, headers, method) => {
    const { status, headers: answered, body } = await ask(port, path, headers(port), method);
    expect(status).toBe(403);
    expect(body).not.toContain("{");
    expect(Object.keys(answered).filter((name) => name.startsWith("access-control"))).toEqual([]);
    expect(stack.calls.all()).toEqual([]);
  });

  test.each([
    ["localhost", () => ({ host: `localhost:${port}` })],
    ["a bucket's name before it", () => ({ host: `bucket.localhost:${port}` })],
    ["an account before it", () => ({ host: `${account}.127.0.0.1:${port}` })],
    ["IPv6", () => ({ host: `[::1]:${port}` })],
    ["a name that was allowed", () => ({ host: "emulator.test:4566" })],
    ["the emulator's own page", () => ({ host: here(port), origin: `http://${here(port)}` })],
    ["a URL that was typed", () => ({ host: here(port), "sec-fetch-site": "none" })],
  ])("is open to %s", async (_name, headers) => {
    const { status, headers: answered } = await ask(port, path, headers());
    expect(status).not.toBe(403);
    expect(Object.keys(answered).filter((name) => name.startsWith("access-control"))).toEqual([]);
  });
});

test("the AWS command line notices nothing", async () => {
  const { exitCode } = await aws(stack.endpoint, account, ["ec2", "describe-vpcs"]);
  expect(exitCode).toBe(0);
});

test("moto where it listens on a port of its own is as closed", async () => {
  const serve = inPackage("src", "patched_moto", "serve.py");
  const moto = execa(findPython(), [serve], { reject: false });
  try {
    const own = await new Promise<number>((resolve) => {
      moto.stdout.once("data", (line: Buffer) => resolve(JSON.parse(line.toString()).port));
    });
    for (const path of Object.values(paths)) {
      for (const [name, headers, method] of attacks) {
        expect([name, (await ask(own, path, headers(own), method)).status]).toEqual([name, 403]);
      }
      expect((await ask(own, path, { host: here(own) })).status).not.toBe(403);
    }
  } finally {
    moto.stdin.end();
    await moto;
  }
}, 30_000);

const chromium = ["chromium", "chromium-browser", "google-chrome"].find((name) => {
  try {
    execFileSync(name, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
});

const inBrowser =
  chromium === undefined ? "in a browser (skipped: no chromium here)" : "in chromium";

describe.skipIf(chromium === undefined)(inBrowser, () => {
  /** Opens a page in a browser of its own, until it reports or has loaded. */
  async function visit<T>(url: string, done: Promise<T>, ...more: string[]): Promise<T> {
    const profile = await mkdtemp(join(tmpdir(), "chromium-"));
    const flags = ["--headless", "--no-sandbox", "--disable-gpu", `--user-data-dir=${profile}`];
    const browser = execa(chromium ?? "", [...flags, "--remote-debugging-port=0", ...more, url], {
      reject: false,
    });
    try {
      return await done;
    } finally {
      browser.kill("SIGKILL");
      await browser;
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    }
  }

  test("a page of another origin reads nothing, and none of its requests takes effect", async () => {
    const script = `
      const target = ${JSON.stringify(stack.endpoint)};
      const call = target + ${JSON.stringify(paths["an AWS call"])};
      const tried = {};
      const attempt = async (name, send) => {
        try { tried[name] = (await send()) ?? "sent"; } catch (error) { tried[name] = "refused"; }
      };
      const text = (path, options) => async () => (await fetch(target + path, options)).text();
      const body = new URLSearchParams({ Action: "CreateVpc", Version: "2016-11-15" });
      const authorization = "AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0";
      const tag = (name, url) => new Promise((resolve) => {
        const element = document.createElement(name);
        element.onload = element.onerror = () => resolve("sent");
        element.src = url;
        document.body.append(element);
      });
      (async () => {
        await attempt("control", text("/_emulator/calls"));
        await attempt("moto", text("/moto-api/data.json"));
        await attempt("signed", text("/", { method: "POST", body, headers: { authorization } }));
        await attempt("json", text("/_emulator/faults", { method: "POST", body: "{}", headers: { "content-type": "application/json" } }));
        await attempt("simple", async () => { await fetch(target + "/_emulator/reset", { method: "POST", mode: "no-cors", body: "{}" }); });
        await attempt("opaque", async () => { await fetch(call, { mode: "no-cors" }); });
        await attempt("image", () => tag("img", call));
        await attempt("script", () => tag("script", call));
        await attempt("frame", () => tag("iframe", call));
        await attempt("beacon", async () => { navigator.sendBeacon(call, body); });
        await fetch("/report", { method: "POST", body: JSON.stringify(tried) });
      })();`;
    let report: (tried: Record<string, string>) => void = () => undefined;
    const reported = new Promise<Record<string, string>>((resolve) => {
      report = resolve;
    });
    const page = createServer((incoming, response) => {
      let body = "";
      incoming.on("data", (chunk: Buffer) => {
        body += chunk.toString();
      });
      incoming.on("end", () => {
        if (incoming.url === "/report") report(JSON.parse(body));
        response.setHeader("content-type", "text/html");
        response.end(`<body><script>${script}</script></body>`);
      });
    });
    await new Promise<void>((resolve) => page.listen(0, "127.0.0.1", resolve));
    try {
      // Another site for the browser: the emulator is at 127.0.0.1.
      const url = `http://localhost:${(page.address() as AddressInfo).port}/`;
      const tried = await visit(url, reported);
      expect(tried).toMatchObject({
        control: "refused",
        moto: "refused",
        signed: "refused",
        json: "refused",
      });
      expect(Object.keys(tried)).toHaveLength(10);
      expect(stack.calls.all()).toEqual([]);
    } finally {
      page.closeAllConnections();
      await new Promise((resolve) => page.close(resolve));
    }
  }, 60_000);

  test("a name that has come to mean loopback shows a refusal", async () => {
    const profile = await mkdtemp(join(tmpdir(), "chromium-"));
    try {
      const { stdout } = await execa(chromium ?? "", [
        ...["--headless", "--no-sandbox", "--disable-gpu", `--user-data-dir=${profile}`],
        "--host-resolver-rules=MAP rebound.example 127.0.0.1",
        "--dump-dom",
        `http://rebound.example:${port}${paths["a control path"]}`,
      ]);
      expect(stdout).toContain(`not as "rebound.example:${port}"`);
      expect(stdout).not.toContain("status");
    } finally {
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    }
  }, 60_000);
});
