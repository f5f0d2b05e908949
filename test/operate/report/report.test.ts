/** The report as a person gets it: by the command, of runs on the emulator, looked at in a browser. */
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  EC2Client,
  ModifyNetworkInterfaceAttributeCommand,
} from "@aws-sdk/client-ec2";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateDocumentCommand, StartAutomationExecutionCommand } from "@aws-sdk/client-ssm";
import type { Emulator } from "automation-emulator";
import type { AxeResults } from "axe-core";
import { execa } from "execa";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inProject } from "../../../build/root.ts";
import { homeWith } from "../../../operate/places.ts";
import { readReport } from "../../../operate/report/gather.ts";
import { reportPage } from "../../../operate/report/page.tsx";
import { makeAutoScalingGroup } from "../../account/asg.ts";
import { chromiumPath, launchBrowser } from "../../account/browser.ts";
import { documentName } from "../../account/document.ts";
import { sharedEmulator } from "../../account/emulator.ts";
import { denying } from "../../account/faults.ts";
import { backupKey, makeTestAccount, type TestAccount } from "../../account/testAccount.ts";
import { HOSTILE, hostileCase, hostilePage } from "./example.ts";

/** What EC2 takes as the name of a group. */
const NAME = "a), sg-0123456789abcdef9 (b); now &lt;img src=x&gt; $(id)";
const folder = mkdtempSync(join(tmpdir(), "contain-report-"));
let emulator: Emulator;
let account: TestAccount;
/** Files of reports, by what was run. */
const files: Record<string, string> = {};

const command = (...args: readonly string[]) =>
  execa(process.execPath, [inProject("scripts", "run.mjs"), "scripts/report.ts", ...args], {
    cwd: inProject(),
    env: { ...emulator.env(account.accountId), NO_COLOR: "1", AWS_REGION: "us-east-1" },
    reject: false,
    stdin: "ignore",
  });

/** Writes the report of an execution by the command; its file. */
async function written(name: string, id: string): Promise<string> {
  const file = join(folder, "reports", `${name}.html`);
  const ended = await command(id, "--output", file);
  expect(ended.exitCode, ended.stderr).toBe(0);
  files[name] = file;
  return ended.stdout;
}

const home = () => homeWith(account, "us-east-1");

const text = (name: string): string => readFileSync(files[name] ?? "", "utf8");

beforeAll(async () => {
  emulator = await sharedEmulator();
  account = await makeTestAccount(emulator);
  const { ec2, network, interfaceIds } = account;
  const made = await ec2.send(
    new CreateSecurityGroupCommand({
      GroupName: NAME,
      Description: "hostile",
      VpcId: network.vpcId,
    }),
  );
  const GroupId = made.GroupId ?? "";
  const tcp = { IpProtocol: "tcp", FromPort: 443, ToPort: 443 };
  await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId,
      IpPermissions: [
        { ...tcp, IpRanges: [{ CidrIp: "0.0.0.0/0" }], UserIdGroupPairs: [{ GroupId }] },
      ],
    }),
  );
  await ec2.send(
    new ModifyNetworkInterfaceAttributeCommand({
      NetworkInterfaceId: interfaceIds[0] ?? "",
      Groups: [GroupId, network.groups.web ?? ""],
    }),
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("npm run report", () => {
  test("writes what a dry run would change, for each interface", async () => {
    const dry = await account.run();
    const said = await written("dry", dry.id);
    expect(said).toContain("Dry run of Contain: nothing was changed");
    expect(text("dry")).toContain("After Contain");
    expect(text("dry")).toContain(NAME.replaceAll("&", "&amp;"));
    expect(text("dry")).toContain("ec2:ModifyNetworkInterfaceAttribute");
  });

  test("writes a containment with its evidence, and the digest of the page itself", async () => {
    const id = await account.start({ DryRun: "false", CreateAMIBackup: "true" });
    const running = await readReport(home(), id);
    expect(reportPage(running)).toContain("Still running");
    const contained = await account.finished(id);
    const said = await written("contain", id);
    const page = text("contain");
    expect(said.split("\n")[0]).toBe("Contained");
    expect(said).toContain(createHash("sha256").update(page).digest("hex"));
    expect(page).toContain(backupKey(contained));
    expect(page).toContain("has exactly this content");
    expect(page).toMatch(/<code>snap-[0-9a-f]+<\/code> encrypted/);
    expect(page).toMatch(/it is still so\./);
    expect(page).toContain("<strong>Everyone</strong> <code>0.0.0.0/0</code>");
    expect(page).toContain("no rule lets anything in");
    expect(page).toContain("Validates input parameters");
    files.key = backupKey(contained);
    files.containment = id;
  });

  test("writes a release, and says of the containment that it holds no longer", async () => {
    const released = await account.release(files.key ?? "");
    await written("release", released.id);
    expect(text("release")).toMatch(/<h1>Released<\/h1>/);
    expect(text("release")).toContain("deleted; rules as they were asked for");
    await written("later", files.containment ?? "");
    expect(text("later")).toContain("<h1>Contained, but no longer as the run left it</h1>");
  });

  test("says that somebody changed the backup, and takes nothing out of it", async () => {
    const Key = files.key ?? "";
    const Rules = {
      Ingress: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
      Egress: [],
    };
    const Body = JSON.stringify({ Rules });
    await account.s3.send(new PutObjectCommand({ Bucket: account.bucket, Key, Body }));
    const data = await readReport(home(), files.containment ?? "");
    expect(data.evidence?.backup).toMatchObject({ bytes: Body.length, text: undefined });
    expect(reportPage(data)).toContain("has OTHER content");
  });

  test("says what could not be read, and writes the rest", async () => {
    const nowhere = { region: "us-east-1", endpoint: "http://127.0.0.1:9", maxAttempts: 1 };
    const credentials = { accessKeyId: "111122223333", secretAccessKey: "none" };
    const clients = {
      ssm: account.ssm,
      ec2: new EC2Client({ ...nowhere, credentials }),
      s3: new S3Client({ ...nowhere, credentials }),
    };
    const page = reportPage(
      await readReport(homeWith(clients, "us-east-1"), files.containment ?? ""),
    );
    expect(page).toContain("What could not be read for this report");
    for (const what of ["The instance", "Security groups", "The backup", "Images"])
      expect(page).toContain(`${what} can't be read`);
    expect(page).toContain(
      "<h1>Contained at the end of the run; how it stands now could not be read</h1>",
    );
    expect(page).toContain("not checked");
  });

  test("writes a containment that failed, with what to do first", async () => {
    const failed = await denying(account, ["ec2:CreateSecurityGroup"], () => account.contain());
    await written("failed", failed.id);
    expect(text("failed")).toContain("Containment failed: the instance is NOT isolated as asked");
    expect(text("failed").indexOf('id="next"')).toBeLessThan(
      text("failed").indexOf('id="network"'),
    );
  });

  test("writes a run that was refused, and one of another document", async () => {
    const refused = await account.run({ S3PrefixName: "bad.json" });
    await written("refused", refused.id);
    expect(text("refused")).toContain("did not begin (Failed): the instance was not changed");
    await account.ssm.send(
      new CreateDocumentCommand({
        Name: "Slow",
        Content: readFileSync(inProject("test/deploy/fixtures/slow.yaml"), "utf8"),
        DocumentFormat: "YAML",
        DocumentType: "Automation",
      }),
    );
    const other = await account.ssm.send(
      new StartAutomationExecutionCommand({
        DocumentName: "Slow",
        Parameters: { InstanceId: [account.instanceId], AutomationAssumeRole: [account.role] },
      }),
    );
    const id = other.AutomationExecutionId ?? "";
    await account.finished(id);
    await written("other", id);
    expect(text("other")).toContain("An execution of another document: Slow");
  });

  test("writes one page of a whole case: of the members of an Auto Scaling group, each with its own report", async () => {
    const { name, instanceIds } = await makeAutoScalingGroup(account, {
      min: 0,
      max: 4,
      desired: 2,
    });
    const run = async (parameters: Readonly<Record<string, string[]>>): Promise<string> => {
      const { AutomationExecutionId: id = "" } = await account.ssm.send(
        new StartAutomationExecutionCommand({
          DocumentName: documentName,
          TargetParameterName: "InstanceId",
          Targets: [{ Key: "tag:aws:autoscaling:groupName", Values: [name] }],
          MaxErrors: "100%",
          Parameters: {
            ...{ S3BucketName: [account.bucket], AutomationAssumeRole: [account.role] },
            ...parameters,
          },
        }),
      );
      await emulator.engine.settled(id);
      return id;
    };
    await written("case-dry", await run({}));
    expect(text("case-dry")).toContain("2 × Dry run of Contain: nothing was changed</h1>");
    const failed = await denying(account, ["ec2:CreateSecurityGroup"], () =>
      run({ DryRun: ["false"] }),
    );
    await written("case-failed", failed);
    expect(text("case-failed")).toContain("2 × Containment failed: the instance is NOT isolated");
    expect(await written("case", await run({ DryRun: ["false"] }))).toMatch(/^2 instances: 2 × /);
    for (const id of instanceIds) {
      expect(text("case")).toContain(`--action Release --instance ${id} `);
      expect(text("case")).toContain(`Network, steps, changes and evidence of ${id}`);
    }
    expect(text("case").match(/has exactly this content/g)).toHaveLength(2);
  });

  test("says in words that there is no such execution, and writes nothing", async () => {
    const file = join(folder, "none.html");
    const ended = await command("01234567-89ab-4cde-8f01-23456789abcd", "--output", file);
    expect(ended.exitCode).toBe(1);
    expect(ended.stderr).toMatch(/There is no such execution in this Region and account/);
    expect(ended.stderr).toContain("--region");
    expect(existsSync(file)).toBe(false);
  });

  test("says in words that the file can't be written", async () => {
    const ended = await command(files.containment ?? "", "--output", "/dev/null/report.html");
    expect(ended.exitCode).toBe(1);
    expect(ended.stderr).toMatch(/\/dev\/null\/report\.html can't be written.*\n {2}What to do: /);
  });

  test("makes calls that read, and no others", async () => {
    const since = emulator.calls.all().length;
    await command(files.containment ?? "", "--output", join(folder, "again.html"));
    const made = emulator.calls.all().slice(since);
    expect(made.length).toBeGreaterThan(3);
    expect(made.filter(({ operation }) => !/^(Get|Describe|List|Head)/.test(operation))).toEqual(
      [],
    );
  });
});

describe.skipIf(chromiumPath === undefined)("a report in a browser", () => {
  const names = [
    ...["hostile", "dry", "contain", "release", "later", "failed", "refused", "other"],
    ...["hostile-case", "case-dry", "case-failed", "case"],
  ];
  const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
    const texts = HOSTILE.map(([each]) => each).join(" ");
    files.hostile = join(folder, "hostile.html");
    writeFileSync(files.hostile, hostilePage(texts));
    files["hostile-case"] = join(folder, "hostile-case.html");
    writeFileSync(files["hostile-case"], hostileCase(texts));
  });
  afterAll(() => browser?.close());

  /** Opens a report from the disk; what it asks of a network, and what the browser complains of, is kept. */
  async function opened(name: string, options: BrowserContextOptions = {}) {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      ...options,
    });
    const page = await context.newPage();
    const asked: string[] = [];
    const complaints: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    page.on("console", (message) => complaints.push(message.text()));
    page.on("dialog", (dialog) => complaints.push(dialog.message()));
    page.on("pageerror", (error) => complaints.push(error.message));
    const url = pathToFileURL(files[name] ?? "").href;
    await page.goto(url);
    return { page, asked: asked.filter((each) => each !== url), complaints, context };
  }

  describe.each(names)("%s", (name) => {
    let report: Awaited<ReturnType<typeof opened>>;
    beforeAll(async () => {
      report = await opened(name);
    });
    afterAll(() => report?.context.close());

    const unfold = (): Promise<unknown> =>
      report.page.evaluate(
        "document.querySelectorAll('details').forEach((each) => { each.open = true; })",
      );

    test("asks nothing of a network, and its names stay text", async () => {
      expect(report.asked).toEqual([]);
      expect(report.complaints).toEqual([]);
      const strange = "img, iframe, object, [onmouseover], script:not(:last-child)";
      expect(await report.page.locator(strange).count()).toBe(0);
    });

    test.each([
      [390, "a phone"],
      [1280, "a desk"],
    ])("fits into %i pixels, on %s", async (width) => {
      await report.page.setViewportSize({ width, height: 844 });
      await unfold();
      expect(await report.page.evaluate("document.documentElement.scrollWidth")).toBe(width);
    });

    test.each(["light", "dark"] as const)(
      "has no fault that axe knows of, in %s mode, all unfolded",
      async (colorScheme) => {
        await report.page.emulateMedia({ colorScheme });
        await unfold();
        // As the browser's own code, which the page's policy does not hold up.
        await report.page.evaluate(readFileSync(axe, "utf8"));
        const found = (await report.page.evaluate("axe.run()")) as AxeResults;
        expect(found.violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
      },
    );
  });

  test("is gone through by keyboard, and shows where the focus is", async () => {
    const { page, context } = await opened("failed");
    const focused = (): Promise<string> =>
      page.evaluate(
        "document.activeElement.textContent + getComputedStyle(document.activeElement).outlineStyle",
      );
    const seen: string[] = [];
    for (let presses = 0; presses < 60; presses++) {
      await page.keyboard.press("Tab");
      seen.push(await focused());
    }
    expect(seen[0]).toMatch(/To the verdict/);
    for (const part of ["Timeline", "Copy", "steps did not run", "as Systems Manager gave it"])
      expect(seen.find((each) => each.includes(part))).toMatch(/solid$/);
    await context.close();
  });

  test("copies a command", async () => {
    const { page, context } = await opened("failed", {
      permissions: ["clipboard-read", "clipboard-write"],
    });
    await page.getByRole("button", { name: "Copy" }).first().click();
    await page.getByText("Copied.").waitFor();
    const line = await page.locator(".command code").first().textContent();
    expect(line).toMatch(/^(?:npm|aws) /);
    expect(await page.evaluate("navigator.clipboard.readText()")).toBe(line);
    await context.close();
  });

  test("selects a command where the browser lets it not be copied", async () => {
    const { page, context } = await opened("failed");
    await page.evaluate("navigator.clipboard.writeText = () => Promise.reject(new Error('no'))");
    await page.getByRole("button", { name: "Copy" }).first().click();
    await page.getByText("Selected: copy it with your keyboard.").waitFor();
    const line = await page.locator(".command code").first().textContent();
    expect(await page.evaluate("getSelection().toString()")).toBe(line);
    await context.close();
  });

  test("tells a screen reader its parts, and the pictures by their captions", async () => {
    const { page, context } = await opened("contain");
    const tree = await page.locator("body").ariaSnapshot();
    expect(tree).toMatch(/- main:/);
    expect(tree).toMatch(/- navigation "Parts of the report"/);
    expect(tree).toMatch(/- heading "Contained" \[level=1\]/);
    for (const part of ["Network", "Timeline", "Evidence"])
      expect(tree).toContain(`- region "${part}"`);
    expect(tree).toMatch(/figure "Before.*"/);
    expect(tree).toMatch(/heading "Could reach it" \[level=4\]/);
    await context.close();
  });
});
