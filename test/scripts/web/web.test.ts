import { readFileSync } from "node:fs";
import { request } from "node:http";
import { createRequire } from "node:module";
import { type Emulator, startEmulator } from "automation-emulator";
import { findPython } from "automation-language/python";
import type { AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { compile } from "../../../document/compile.ts";
import { serveRehearsal } from "../../../scripts/start/web/index.ts";
import type { WebServer } from "../../../scripts/start/web/server.ts";
import { chromiumPath, launchBrowser } from "../../account/browser.ts";

let emulator: Emulator;
let server: WebServer;

beforeAll(async () => {
  const python = findPython();
  emulator = await startEmulator({ python, enforceIam: true, stepSeconds: 8, timeScale: 20 });
  server = await serveRehearsal(emulator, "111122223333", "us-east-1", compile(python));
});

afterAll(async () => {
  await server?.close();
  await emulator?.close();
});

/** The status and body that the server gives to a request with these headers. */
function ask(
  headers: Readonly<Record<string, string>>,
  { path = "/api/beginning", method = "GET", body = "" } = {},
): Promise<{ readonly status: number | undefined; readonly body: string }> {
  return new Promise((resolve, reject) => {
    request(`${server.address}${path}`, { method, headers }, (answer) => {
      let text = "";
      answer
        .on("data", (chunk) => {
          text += String(chunk);
        })
        .on("end", () => resolve({ status: answer.statusCode, body: text }));
    })
      .on("error", reject)
      .end(body);
  });
}

describe("the door of the rehearsal's server", () => {
  it.each([
    ["a host name of a page's own (DNS rebinding)", { host: "rebound.example.com" }],
    ["the right host with another port", { host: "127.0.0.1:1" }],
    ["a page of another origin", { origin: "https://example.com" }],
    ["a page of another server of this machine", { "sec-fetch-site": "same-site" }],
    ["a page without an origin", { origin: "null" }],
  ])("refuses %s, and gives it nothing", async (_, headers) => {
    const { status, body } = await ask(headers);
    expect(status).toBe(403);
    expect(body).not.toContain("InstanceId");
  });

  it("lets its own page in", async () => {
    const { status, body } = await ask({ origin: server.address });
    expect(status).toBe(200);
    expect(body).toContain("InstanceId");
  });

  it.each([
    ["a body that a page may send without asking", "text/plain", "[]"],
    ["a fault that does not exist", "application/json", '["no-such-fault"]'],
    ["a body that is not JSON", "application/json", "{"],
  ])("refuses %s in words", async (_, type, body) => {
    const answer = await ask(
      { "content-type": type },
      { path: "/api/faults", method: "POST", body },
    );
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toEqual({ message: expect.stringMatching(/\w/) });
  });
});

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

describe.skipIf(chromiumPath === undefined)("the rehearsal in a browser", () => {
  let browser: Browser;
  let page: Page;
  let troubles: string[];

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    troubles = [];
    page = await browser.newPage({ colorScheme: "dark" });
    page.on("pageerror", (error) => troubles.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") troubles.push(message.text());
    });
    await page.goto(server.address);
    await press("Begin again");
    await said(/^Ready$/);
  });
  afterEach(async () => {
    await page.close();
    expect(troubles).toEqual([]);
  });

  const press = (name: string): Promise<void> =>
    page.getByRole("button", { name, exact: true }).click();
  const said = (words: RegExp): Promise<void> =>
    page.locator("#state", { hasText: words }).waitFor({ timeout: 60_000 });
  const network = (): Promise<string | null> =>
    page.getByRole("region", { name: "The network now" }).textContent();

  /** As the browser's own code, which the page's policy does not hold up; the report has its own test. */
  const faultsOfAxe = async (): Promise<readonly unknown[]> => {
    await page.evaluate(axe);
    const found = (await page.evaluate("axe.run({ iframes: false })")) as AxeResults;
    return found.violations.map(({ id, nodes }) => [id, nodes[0]?.html]);
  };

  it("goes through a dry run, Contain and Release, lights the chart, and shows the report", async () => {
    await press("Dry run");
    await said(/^Success: Dry run of Contain/);
    expect(await network()).toContain("Everyone");

    await press("Contain");
    const running = page.locator('.chart [data-step][data-state="running"]');
    await running.first().waitFor();
    await said(/^Success: Contained$/);
    expect(await network()).toContain("Nobody: no rule lets anything in");
    const step = page.locator('.chart [data-step="createContainmentSecurityGroup"]');
    expect(await step.getAttribute("data-state")).toBe("done");
    expect(await page.locator('.chart [data-step="reportContain"][data-state]').count()).toBe(0);
    const report = page.frameLocator("iframe");
    expect(await report.locator("h1").textContent()).toBe("Contained");
    for (const colorScheme of ["dark", "light"] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await faultsOfAxe()).toEqual([]);
    }

    await press("Release");
    await said(/^Success: Released$/);
    expect(await network()).toContain("Everyone");
  });

  it("has no fault that axe knows of, before a run and with a refusal", async () => {
    expect(await faultsOfAxe()).toEqual([]);
    await page.getByLabel(/^InstanceId/).fill("not an instance");
    await press("Execute as written");
    await said(/^Refused/);
    for (const colorScheme of ["dark", "light"] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await faultsOfAxe()).toEqual([]);
    }
  });

  it("says that the local AWS, or the rehearsal itself, has ended, and how to begin again", async () => {
    const python = findPython();
    const other = await startEmulator({ python });
    const served = await serveRehearsal(other, "111122223333", "us-east-1", compile(python));
    try {
      await page.goto(served.address);
      await said(/^Ready$/);
      await other.close();
      await press("Dry run");
      await said(/The local AWS has ended\. .*npm start -- --web/);
    } finally {
      await other.close();
      await served.close();
    }
    await press("Dry run");
    await said(/The rehearsal has ended\. .*npm start -- --web/);
    // The browser tells of the answer that failed, and of the server that is gone.
    expect(troubles.splice(0).join()).toMatch(/503.*ERR_CONNECTION_REFUSED/);
  });

  it("shows what the service refuses beside its field, and starts nothing", async () => {
    await page.getByLabel(/^InstanceId/).fill("<b>not an instance</b>");
    await press("Execute as written");
    await said(/^Refused/);
    const field = page.getByLabel(/^InstanceId/);
    expect(await field.getAttribute("aria-invalid")).toBe("true");
    expect(await page.locator("#refused-InstanceId").textContent()).toContain("allowedPattern");
    expect(await page.locator(".refusal").count()).toBe(1);
    expect(await page.locator("b", { hasText: "not an instance" }).count()).toBe(0);
    expect(await page.locator(".steps-so-far li").count()).toBe(0);
  });

  it.each([
    ["The backup is refused", /^Failed: Contain did not begin/, "Everyone"],
    ["Tagging is refused", /^Success: Contained, with warnings/, "Nobody"],
    ["Changing the interfaces is refused", /^Failed: Containment failed/, "Everyone"],
    ["EC2 throttles", /^Success: Contained/, "Nobody"],
  ])("rehearses a fault at a click: %s", async (fault, outcome, reachable) => {
    await page.getByLabel(fault).check();
    await said(/^Ready$/);
    await press("Contain");
    await said(outcome);
    expect(await network()).toContain(reachable);
  });

  it("lets a team finish what a run that died has left", async () => {
    await page.getByLabel("The script dies").check();
    await said(/^Ready$/);
    await press("Contain");
    await said(/^Failed/);
    await page.getByLabel("The script dies").uncheck();
    await said(/^Failed/);
    await press("Contain");
    await said(/^Success: Contained/);
    expect(await network()).toContain("Nobody");
  });

  it("is worked by keyboard, and fits a phone", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
    await page.getByRole("button", { name: "Dry run" }).focus();
    await page.keyboard.press("Enter");
    await said(/^Success: Dry run of Contain/);
  });
});
