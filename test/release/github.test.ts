import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { inProject } from "../../build/root.ts";

vi.setConfig({ testTimeout: 60_000 });

const read = (...parts: string[]) => parse(readFileSync(inProject(...parts), "utf8"));
const elsewhere = mkdtempSync(join(tmpdir(), "contain-elsewhere-"));
afterAll(() => rmSync(elsewhere, { recursive: true }));

const step = (api: string) =>
  `schemaVersion: "0.3"\nmainSteps:\n- {name: a, action: "aws:executeAwsApi", inputs: {Service: ec2, Api: ${api}}}\n`;
writeFileSync(join(elsewhere, "sound.yaml"), step("DescribeVpcs"));
writeFileSync(join(elsewhere, "two words.yaml"), step("DescribeVpc"));

describe("workflows", () => {
  const names = readdirSync(inProject(".github", "workflows"));

  it.each(names)(
    "%s takes actions by commit, and may write nowhere but where it publishes",
    (name) => {
      const { jobs, permissions } = read(".github", "workflows", name);
      expect(permissions).toEqual({ contents: "read" });
      for (const [id, job] of Object.entries<{
        permissions?: object;
        steps: { uses?: string; run?: string }[];
      }>(jobs)) {
        expect(job.permissions, id).toEqual(id === "publish" ? { contents: "write" } : undefined);
        for (const { uses, run } of job.steps) {
          if (uses !== undefined) expect(uses).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
          // Expressions in a script would be code of whoever writes a title or a branch's name.
          expect(run ?? "").not.toContain("{{");
        }
      }
    },
  );

  it("run commands that the project has", () => {
    const { scripts } = read("package.json");
    const text = names.map((name) => readFileSync(inProject(".github", "workflows", name), "utf8"));
    for (const [, script = ""] of text.join("\n").matchAll(/npm (?:run )?(?!ci\b|run\b)([a-z]+)/g))
      expect(Object.keys(scripts)).toContain(script);
  });
});

describe("other repositories", () => {
  const [{ run }] = read("action.yml").runs.steps;
  const action = (files: string) =>
    execa("bash", ["-e", "-o", "pipefail", "-c", run], {
      cwd: elsewhere,
      env: {
        VALIDATOR: inProject("scripts", "validate.sh"),
        FILES: files,
        FORMAT: "github",
        FAIL_ON: "error",
      },
      reject: false,
    });

  it("check their documents with the action, names with blanks included", async () => {
    expect((await action("sound.yaml\n")).exitCode).toBe(0);
    const wrong = await action("sound.yaml\n\ntwo words.yaml\n");
    expect(wrong.exitCode).toBe(1);
    expect(wrong.stdout).toMatch(
      /^::error file=two words\.yaml,line=3,.*did you mean DescribeVpcs/m,
    );
  });

  it("check them with the pre-commit hook", async () => {
    const [{ entry, language }] = read(".pre-commit-hooks.yaml");
    expect(language).toBe("script");
    const hook = (file: string) =>
      execa(inProject(entry), [file], { cwd: elsewhere, reject: false });
    expect((await hook("sound.yaml")).exitCode).toBe(0);
    expect((await hook("two words.yaml")).exitCode).toBe(1);
  });
});
