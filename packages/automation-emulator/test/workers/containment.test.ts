/** What a script can get at. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { findPython } from "automation-language/python";
import { execaSync } from "execa";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { JobResult, Workers } from "../../src/engine/jobs.ts";
import { lines, payloadOf, startTestWorkers } from "./harness.ts";

// Processes start slowly on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** The version of Landlock that this system's kernel has; 0 for none. */
const landlock = Number(
  execaSync(findPython(), [
    "-c",
    "import ctypes, sys; print(max(0, ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1)) if sys.platform == 'linux' else 0)",
  ]).stdout,
);

const secret = "a-secret-of-the-developer";
let workers: Workers;
let listener: Server;
let elsewhere: Server;
const seen: string[] = [];
let folder: string;

beforeAll(async () => {
  const listen = async (server: Server): Promise<number> => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  };
  listener = createServer((request, response) => {
    seen.push(request.headers.host ?? "");
    response.setHeader("content-type", "text/xml");
    response.end("<DescribeVpcsResponse><vpcSet/></DescribeVpcsResponse>");
  });
  elsewhere = createServer((_, response) => response.end("other"));
  await listen(elsewhere);
  folder = await mkdtemp(join(tmpdir(), "developer-"));
  await writeFile(join(folder, "credentials"), secret);
  process.env.AWS_SECRET_ACCESS_KEY = secret;
  const endpoint = `http://127.0.0.1:${await listen(listener)}`;
  try {
    workers = startTestWorkers({ endpoint });
    // The process has started by the time that its first job has ended.
    await workers.run(lines("return 1")).result;
  } finally {
    delete process.env.AWS_SECRET_ACCESS_KEY;
  }
});
afterAll(async () => {
  await workers.close();
  listener.close();
  elsewhere.close();
  await rm(folder, { recursive: true });
});

const run = (...body: string[]): Promise<JobResult> => workers.run(lines(...body)).result;

test("its parent's environment, too, holds nothing of the developer's", async () => {
  // As the developer sees it, from outside.
  const pid = Number(payloadOf(await run("import os", "return os.getppid()")));
  const environment = execaSync("cat", [`/proc/${pid}/environ`], { reject: false }).stdout;
  expect(environment).toContain("LANG=C.UTF-8");
  expect(environment).not.toContain(secret);
  expect(environment).not.toContain("HOME=");
});

const readers: readonly [string, string][] = [
  ["Python", "open(path, 'rb').read()"],
  ["another program", "subprocess.run(['cat', path], capture_output=True, check=True).stdout"],
];

describe.each(readers)("%s, started by a script,", (reader, read) => {
  const kernel = reader !== "Python";

  test.skipIf(kernel && landlock < 1)("reads no other process's environment", async () => {
    const result = await run(
      "import os, subprocess",
      "found = []",
      `for pid in (os.getppid(), 1, ${process.pid}):`,
      "    path = f'/proc/{pid}/environ'",
      "    try:",
      `        found.append(len(${read}))`,
      "    except Exception as error:",
      "        found.append(type(error).__name__)",
      "return found",
    );
    const refused = kernel ? "CalledProcessError" : "PermissionError";
    expect(payloadOf(result)).toEqual([refused, refused, refused]);
  });

  test.skipIf(landlock < 1)("reads no file of the developer's", async () => {
    const result = await run(
      "import subprocess",
      `path = '${join(folder, "credentials")}'`,
      `return len(${read})`,
    );
    expect(result).toMatchObject({
      status: "error",
      code: kernel ? "CalledProcessError" : "PermissionError",
    });
  });

  test.skipIf(landlock < 1)("writes nothing outside its own folder", async () => {
    const path = join(folder, `left-by-${kernel}`);
    const write = kernel
      ? `subprocess.run(['touch', '${path}'], check=True, stderr=subprocess.DEVNULL)`
      : `open('${path}', 'w')`;
    expect(await run("import subprocess", write)).toMatchObject({ status: "error" });
    expect(payloadOf(await run("open('here', 'w').write('x')", "return open('here').read()"))).toBe(
      "x",
    );
  });
});

test("a file in the developer's home is refused by Python alone, too", async () => {
  const result = await run(
    "import pwd, os",
    "path = pwd.getpwuid(os.getuid()).pw_dir + '/.aws/credentials'",
    "try: open(path)",
    "except FileNotFoundError: return 'looked'",
    "except PermissionError as error: return str(error)",
  );
  expect(payloadOf(result)).toBe(
    `A step in the emulator may not open ${userInfo().homedir}/.aws/credentials.`,
  );
});

describe("a script that clears what points it at the emulator", () => {
  test("and keeps its home still reaches the emulator, by its configuration", async () => {
    seen.length = 0;
    const result = await run(
      "import os, boto3",
      "for name in [name for name in os.environ if 'ENDPOINT' in name or 'proxy' in name.lower()]:",
      "    del os.environ[name]",
      "return boto3.client('ec2').describe_vpcs()['Vpcs']",
    );
    expect(payloadOf(result)).toEqual([]);
    expect(seen).toHaveLength(1);
  });

  test.each([
    ["all of its environment", ["os.environ.clear()"]],
    [
      "all, and names AWS's endpoint",
      ["os.environ.clear()"],
      ", endpoint_url='https://ec2.us-east-1.amazonaws.com'",
    ],
    [
      "all, and names an address of AWS's",
      ["os.environ.clear()"],
      ", endpoint_url='https://52.94.5.1'",
    ],
  ])("or %s reaches nothing", async (_, clear, more = "") => {
    seen.length = 0;
    const result = await run(
      "import os, boto3",
      "from botocore.config import Config",
      ...clear,
      "config = Config(retries={'total_max_attempts': 1}, connect_timeout=5, proxies={})",
      `ec2 = boto3.client('ec2', region_name='us-east-1', aws_access_key_id='x', aws_secret_access_key='y', config=config${more})`,
      "ec2.describe_vpcs()",
    );
    expect(result).toMatchObject({ status: "error" });
    expect(seen).toEqual([]);
  });

  test.skipIf(landlock < 4)(
    "does not connect to another port, not by another program either",
    async () => {
      const { port } = elsewhere.address() as AddressInfo;
      const connect = `import socket; socket.create_connection(('127.0.0.1', ${port}), 5)`;
      expect(await run(connect)).toMatchObject({ status: "error", code: "PermissionError" });
      const other = `import subprocess, sys; return subprocess.run([sys.executable, '-c', "${connect}"], capture_output=True).returncode`;
      expect(payloadOf(await run(other))).toBe(1);
    },
  );

  test.each([
    [
      "a datagram",
      "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
    ],
    ["a name", "socket.getaddrinfo('example.com', 443)"],
  ])("sends no %s to the world", async (_, send) => {
    expect(await run("import socket", send)).toMatchObject({
      status: "error",
      code: "ConnectionRefusedError",
      message: expect.stringContaining("A step in the emulator"),
    });
  });
});

test.skipIf(landlock < 6)("a script signals no process but its own", async () => {
  const result = await run("import os", `os.kill(${process.pid}, 0)`);
  expect(result).toMatchObject({ status: "error", code: "PermissionError" });
});

test.skipIf(process.platform !== "linux")("a script has 512 MB of memory", async () => {
  expect(payloadOf(await run("return len(bytearray(300 * 2**20))"))).toBe(300 * 2 ** 20);
  expect(await run("return len(bytearray(512 * 2**20))")).toMatchObject({
    status: "error",
    code: "MemoryError",
  });
});
