/** Executions that are kept in a folder, and read again by the next start. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AddTagsToResourceCommand,
  DescribeAutomationExecutionsCommand,
  DescribeAutomationStepExecutionsCommand,
  ListTagsForResourceCommand,
} from "@aws-sdk/client-ssm";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../../src/index.ts";
import { inProject } from "../project.ts";
import { create, get, pass, script, ssmOf, start, stepOf, until } from "./harness.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "keeping-"));
});
afterAll(() => rm(folder, { recursive: true }));

const account = "111122223333";

/** Executions of every shape, ended and running, and what the API shows of them. */
async function runAll(emulator: Emulator) {
  const ssm = ssmOf(emulator, account);
  const steps = [pass("one", {}), { name: "each", action: "aws:loop", inputs: loop }];
  const parameters = { id: { type: "String", default: "" } };
  const looping = await create(ssm, [...steps, script("say", ["return {'large': 2**70}"])], {
    outputs: ["say.OutputPayload"],
  });
  const targeted = await create(ssm, [pass("one")], { parameters });
  const Targets = [{ Key: "ParameterValues", Values: ["a", "b"] }];
  const ended = [
    await start(ssm, looping, { Tags: [{ Key: "Case", Value: "7" }] }),
    await start(ssm, targeted, { TargetParameterName: "id", Targets }),
  ];
  await Promise.all(ended.map((id) => emulator.engine.settled(id)));
  const [first = ""] = ended;
  const tags = { ResourceType: "Automation", ResourceId: first } as const;
  await ssm.send(new AddTagsToResourceCommand({ ...tags, Tags: [{ Key: "Added", Value: "8" }] }));
  const running = await start(
    ssm,
    await create(ssm, [pass("one"), { ...pass("wait"), inputs: { Duration: "PT1H" } }]),
  );
  await until(async () => stepOf(await get(ssm, running), "wait").StepStatus === "InProgress");
  return { ended, running };
}

const loop = {
  Iterators: ["x", "y"],
  IteratorDataType: "String",
  Steps: [pass("inner")],
};

async function shown(emulator: Emulator, ids: readonly string[]) {
  const ssm = ssmOf(emulator, account);
  const all = await ssm.send(new DescribeAutomationExecutionsCommand({}));
  return {
    list: all.AutomationExecutionMetadataList?.filter(({ AutomationExecutionId: id = "" }) =>
      ids.includes(id),
    ),
    executions: await Promise.all(ids.map((id) => get(ssm, id))),
    steps: await Promise.all(
      ids.map(
        async (id) =>
          (
            await ssm.send(
              new DescribeAutomationStepExecutionsCommand({ AutomationExecutionId: id }),
            )
          ).StepExecutions,
      ),
    ),
    tags: await Promise.all(
      ids.map(
        async (id) =>
          (
            await ssm.send(
              new ListTagsForResourceCommand({ ResourceType: "Automation", ResourceId: id }),
            )
          ).TagList,
      ),
    ),
  };
}

test("executions of earlier starts are shown as they were, with steps, outputs, tags and children", async () => {
  const stateFolder = join(folder, "all");
  const first = await startEmulator({ stateFolder });
  const { ended, running } = await runAll(first);
  const before = await shown(first, ended);
  await first.close();

  const second = await startEmulator({ stateFolder });
  try {
    const after = await shown(second, ended);
    expect(after).toEqual(before);
    expect(after.executions[0]?.Outputs?.["say.OutputPayload"]?.[0]).toContain(String(2n ** 70n));
    expect(after.executions[1]?.ProgressCounters?.SuccessSteps).toBe(2);
    expect(after.tags[0]).toContainEqual({ Key: "Added", Value: "8" });

    const interrupted = await get(ssmOf(second, account), running);
    expect(interrupted).toMatchObject({
      AutomationExecutionStatus: "Failed",
      FailureMessage: expect.stringContaining("emulator was stopped while the execution ran"),
    });
    expect(stepOf(interrupted, "one").StepStatus).toBe("Success");
    expect(stepOf(interrupted, "wait").StepStatus).toBe("Failed");
    const again = await start(ssmOf(second, account), interrupted.DocumentName ?? "");
    expect((await get(ssmOf(second, account), again)).AutomationExecutionStatus).toBe("InProgress");

    await second.reset();
    expect((await shown(second, ended.slice(0, 0))).list).toEqual([]);
    expect(await readdir(join(stateFolder, "executions"))).toEqual([]);
  } finally {
    await second.close();
  }
});

test.each([
  ["of another version", ['"format":1', '"format":7'], "was written by another version (format 7"],
  ["that is damaged", ['"Success"', '"Failed"'], "is damaged: its digest does not fit it"],
  ["of another program", ["{", "x"], "is not an execution that the emulator has kept"],
] as const)(
  "an execution %s is refused in words, and the folder is left alone",
  async (name, [from, to], words) => {
    const stateFolder = join(folder, name);
    const first = await startEmulator({ stateFolder });
    const ssm = ssmOf(first, account);
    const id = await start(ssm, await create(ssm, [pass("one")]));
    await first.engine.settled(id);
    await first.close();
    const file = join(stateFolder, "executions", `${id}.json`);
    const changed = (await readFile(file, "utf8")).replace(from, to);
    await writeFile(file, changed);
    const moto = await readFile(join(stateFolder, "moto.pickle"));
    await expect(startEmulator({ stateFolder })).rejects.toThrow(`${file} ${words}`);
    expect(await readFile(file, "utf8")).toBe(changed);
    expect(await readFile(join(stateFolder, "moto.pickle"))).toEqual(moto);
  },
);

test("an execution that ran when the emulator was killed is shown as ended", async () => {
  const state = join(folder, "killed");
  const args = ["scripts/run.mjs", "scripts/emulator.ts", "--port", "0", "--json"];
  const child = execa(process.execPath, [...args, "--state", state], {
    cwd: inProject(),
    reject: false,
  });
  const endpoint = await new Promise<string>((resolve, reject) => {
    child.stdout.once("data", (line: Buffer) => resolve(JSON.parse(line.toString()).endpoint));
    child.then(({ stderr }) => reject(new Error(stderr)));
  });
  const remote = { endpoint } as Emulator;
  const ssm = ssmOf(remote, account);
  const wait = { ...pass("wait"), inputs: { Duration: "PT1H" } };
  const id = await start(ssm, await create(ssm, [wait]));
  const executions = join(state, "executions");
  const kept = () => readFile(join(executions, `${id}.json`), "utf8").catch(() => "");
  await until(async () => (await kept()).includes('"InProgress"'));
  child.kill("SIGKILL");
  await child;
  const again = await startEmulator({ stateFolder: state });
  try {
    expect(await get(ssmOf(again, account), id)).toMatchObject({
      AutomationExecutionStatus: "Failed",
      FailureMessage: expect.stringContaining("emulator was stopped while the execution ran"),
      ExecutionEndTime: expect.any(Date),
    });
  } finally {
    await again.close();
  }
});
