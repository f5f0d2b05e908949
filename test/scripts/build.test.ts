import { execa } from "execa";
import { expect, test } from "vitest";
import { inProject } from "../../build/root.ts";

const build = (...args: string[]) =>
  execa(process.execPath, [inProject("scripts", "run.mjs"), "scripts/build.ts", ...args], {
    cwd: inProject(),
    reject: false,
  });

/** The numbers of a table's rows, by their first cell. */
function rows(text: string, head: string): Map<string, readonly number[]> {
  const [, table = ""] = text.split(new RegExp(`^│ ${head} `, "m"));
  const found = [...(table.split("└")[0] ?? "").matchAll(/^│ (\S.*?) +│(.*)│$/gm)];
  return new Map(
    found.map(([, name = "", cells = ""]) => [name, cells.split("│").map(Number)] as const),
  );
}

test("npm run build says what each step and each shared file takes, and the steps add up to the document", {
  timeout: 60_000,
}, async () => {
  const { exitCode, stdout } = await build("ContainEC2Instance");
  expect(exitCode, stdout).toBe(0);
  const size = Number(/ContainEC2Instance\.yaml: (\d+) bytes/.exec(stdout)?.[1]);
  const steps = rows(stdout, "Step");
  const sum = [...steps.values()].reduce((all, [, , bytes = 0]) => all + bytes, 0);
  // The line "mainSteps:" stands in the first part.
  expect(sum).toBe(size);
  const script = [...steps.values()].reduce((all, [bytes = 0]) => all + bytes, 0);
  const files = rows(stdout, "File");
  expect(files.get("shared/aws.py")?.[0]).toBeGreaterThan(3);
  const inFiles = [...files.values()].reduce((all, [, bytes = 0]) => all + bytes, 0);
  // The scripts of the steps are counted with their indentation.
  expect(inFiles).toBeLessThan(script);
  expect(inFiles).toBeGreaterThan(0.9 * script);
});

test("a document that is not there is told with the names of those that are", async () => {
  const { exitCode, stderr } = await build("Nope");
  expect(exitCode).toBe(1);
  expect(stderr).toContain("There is no document Nope here.");
  expect(stderr).toContain("ContainEC2Instance, RespondToFinding, ProtectEC2Evidence");
});
