import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { findPython } from "../src/python.ts";
import { readPins, setUpPython } from "../src/pythonSetup.ts";

const folder = mkdtempSync(join(tmpdir(), "python-setup-"));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

const written = (name: string, text: string): string => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};

/** Makes a package that pip finds without a network, with a program of the same name. */
function makeWheel(name: string): void {
  const program = `
import sys, zipfile
name, folder = sys.argv[1:]
info = f"{name}-1.0.dist-info"
with zipfile.ZipFile(f"{folder}/{name}-1.0-py3-none-any.whl", "w") as archive:
    archive.writestr(f"{name}.py", "def main():\\n    print('it runs')\\n")
    archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\\nName: {name}\\nVersion: 1.0\\n")
    archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    archive.writestr(f"{info}/entry_points.txt", f"[console_scripts]\\n{name}={name}:main\\n")
    archive.writestr(f"{info}/RECORD", "")
`;
  execFileSync("python3", ["-c", program, name, folder]);
  vi.stubEnv("PIP_FIND_LINKS", folder);
}

test("the pins of included files count, comments do not", () => {
  written("base.txt", "# a comment\nboto3==1.0 # why\n");
  const file = written("all.txt", "-r base.txt\n\nmoto[server,ec2]==2.0\n");
  expect(readPins(file)).toEqual(["boto3==1.0", "moto[server,ec2]==2.0"]);
});

test("a Python that satisfies the pins is taken as it is, and nothing is said", async () => {
  const say = vi.fn();
  const python = await setUpPython({ requirements: [written("none.txt", "")], say });
  expect(execFileSync(python, ["-c", "print(1)"], { encoding: "utf8" })).toBe("1\n");
  expect(say).not.toHaveBeenCalled();
});

test.skipIf(findPython() === "python3").each([{ whose: "of the caller" }, { whose: "near by" }])(
  "an environment $whose that was found good is not asked again, until its packages or the needs change",
  async ({ whose }) => {
    vi.stubEnv("XDG_CACHE_HOME", join(folder, "cache of environments"));
    const own = dirname(dirname(findPython()));
    const pinned = join(folder, "own.txt");
    const version = readdirSync(join(own, "lib")).flatMap((name) =>
      readdirSync(join(own, "lib", name, "site-packages")).flatMap(
        (entry) => /^boto3-(.*)\.dist-info$/.exec(entry)?.[1] ?? [],
      ),
    )[0];
    writeFileSync(pinned, `boto3==${version}\n`);
    const setUp = (module: string): Promise<string> =>
      setUpPython({
        requirements: [pinned],
        modules: [module],
        ...(whose === "of the caller" ? { folder: own } : {}),
        say: () => undefined,
      });
    expect(await setUp("boto3")).toBe(findPython());
    // Without a python3 nothing can be asked.
    vi.stubEnv("PATH", folder);
    expect(await setUp("boto3")).toBe(findPython());
    await expect(setUp("botocore")).rejects.toThrow("there is no python3");
    const more = join(own, "lib", readdirSync(join(own, "lib"))[0] ?? "", "site-packages", "more");
    mkdirSync(more);
    try {
      await expect(setUp("boto3")).rejects.toThrow("there is no python3");
    } finally {
      rmSync(more, { recursive: true });
      vi.unstubAllEnvs();
    }
  },
);

test("packages that can't be had leave no environment, and the error is a sentence", async () => {
  const say = vi.fn();
  const setUp = setUpPython({
    requirements: [written("wrong.txt", "no-such-package-of-anyone==0.0.0\n")],
    folder: join(folder, "refused", ".venv"),
    say,
  });
  await expect(setUp).rejects.toThrow(/^The Python packages could not be installed: .+$/);
  expect(say).toHaveBeenCalledOnce();
  expect(readdirSync(join(folder, "refused"))).toEqual([]);
});

test("an environment is made whole, after a set-up that was killed and in place of an outdated one", async () => {
  makeWheel("onlyhere");
  const own = join(folder, "made", ".venv");
  // No process has this id.
  mkdirSync(join(folder, "made", ".venv.999999999-0.tmp", "bin"), { recursive: true });
  mkdirSync(join(own, "bin"), { recursive: true });
  const python = await setUpPython({
    requirements: [written("wheel.txt", "onlyhere==1.0\n")],
    modules: ["onlyhere"],
    folder: own,
    say: () => undefined,
  });
  expect(python).toBe(join(own, "bin", "python"));
  expect(readdirSync(join(folder, "made"))).toEqual([".venv"]);
  expect(execFileSync(join(own, "bin", "onlyhere"), { encoding: "utf8" })).toBe("it runs\n");
});

test("a file whose hash is not the lock's is refused", async () => {
  makeWheel("onlyhashed");
  const wheel = readFileSync(join(folder, "onlyhashed-1.0-py3-none-any.whl"));
  const hash = createHash("sha256").update(wheel).digest("hex");
  const setUp = (name: string, digest: string): Promise<string> =>
    setUpPython({
      requirements: [written("hashed.in", "onlyhashed==1.0\n")],
      lock: written(`${name}.txt`, `onlyhashed==1.0 --hash=sha256:${digest}\n`),
      folder: join(folder, name, ".venv"),
      say: () => undefined,
    });
  await expect(setUp("forged", "0".repeat(64))).rejects.toThrow("could not be installed");
  await expect(setUp("whole", hash)).resolves.toBe(join(folder, "whole", ".venv", "bin", "python"));
});

test("packages are set up once in the user's cache, however many ask at the same time", async () => {
  makeWheel("onlyonce");
  vi.stubEnv("XDG_CACHE_HOME", join(folder, "cache"));
  const say = vi.fn();
  const needs = { requirements: [written("once.txt", "onlyonce==1.0\n")], say };
  const [first] = await Promise.all([setUpPython(needs), setUpPython(needs)]);
  say.mockClear();
  expect(await setUpPython(needs)).toBe(first);
  expect(first?.startsWith(join(folder, "cache", "automation-tools", "python-"))).toBe(true);
  expect(say).not.toHaveBeenCalled();
  expect(readdirSync(join(folder, "cache", "automation-tools"))).toHaveLength(1);
});
