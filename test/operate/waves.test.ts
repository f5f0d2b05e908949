/** What is started after what, and what is said where something comes between. */
import { EC2Client } from "@aws-sdk/client-ec2";
import { S3Client } from "@aws-sdk/client-s3";
import {
  type AutomationExecution,
  GetAutomationExecutionCommand,
  SSMClient,
  StartAutomationExecutionCommand,
  StopAutomationExecutionCommand,
} from "@aws-sdk/client-ssm";
import { describe, expect, it, vi } from "vitest";
import { formOf } from "../../common/documents.ts";
import type { Interruption, Pressed } from "../../operate/follow.ts";
import type { Interruptions } from "../../operate/interrupt.ts";
import { homeWith } from "../../operate/places.ts";
import { startWaves, type WavesOptions } from "../../operate/waves.ts";

const region = "us-east-1";
const named = (name: string): Error => Object.assign(new Error("No."), { name });

/** What Systems Manager answers to the looks at an execution, one after the other, the last again and again. */
type Looks = readonly (string | Error)[];

/** An account in which executions, by their names, stand as these looks say. */
function account(looks: Readonly<Record<string, Looks>>, stop?: Error, start?: Error) {
  const started: string[] = [];
  const asked = new Map<string, number>();
  const stopped = new Set<string>();
  const answer = async (command: unknown): Promise<unknown> => {
    if (command instanceof StartAutomationExecutionCommand) {
      const id = command.input.DocumentName ?? "";
      if (start !== undefined && !(id in looks)) throw start;
      started.push(id);
      return { AutomationExecutionId: id };
    }
    if (command instanceof StopAutomationExecutionCommand) {
      if (stop !== undefined) throw stop;
      stopped.add(command.input.AutomationExecutionId ?? "");
      return {};
    }
    if (!(command instanceof GetAutomationExecutionCommand))
      throw new Error("This call is not expected.");
    const id = command.input.AutomationExecutionId ?? "";
    const count = asked.get(id) ?? 0;
    asked.set(id, count + 1);
    const look = stopped.has(id) ? "Cancelled" : (looks[id]?.[count] ?? looks[id]?.at(-1));
    if (look instanceof Error) throw look;
    const AutomationExecution: AutomationExecution = {
      AutomationExecutionId: id,
      AutomationExecutionStatus: look as "Success",
      StepExecutions: [],
    };
    return { AutomationExecution };
  };
  const ssm = Object.assign(new SSMClient({ region }), { send: answer });
  const clients = { ssm, ec2: new EC2Client({ region }), s3: new S3Client({ region }) };
  return { client: ssm, home: homeWith(clients, region), started, asked };
}

/** Nobody presses Ctrl-C, unless this says otherwise. */
const listening = (more: Partial<Interruptions> = {}): Interruptions => ({
  next: () => new Promise(() => {}),
  chosen: async () => [],
  end: () => {},
  close: () => {},
  ...more,
});

/** Ctrl-C is pressed once, and this is chosen. */
function pressing(choice: Promise<Interruption>): Interruptions {
  const presses: Pressed[] = [{ choice }];
  return listening({
    next: () => {
      const pressed = presses.shift();
      return pressed === undefined ? new Promise(() => {}) : Promise.resolve(pressed);
    },
    chosen: async () => [await choice],
  });
}

/** Starts such waves, in which all may fail; what was said, and the status or the error. */
async function run(
  { client, home }: ReturnType<typeof account>,
  waves: readonly (readonly string[])[],
  options: Partial<WavesOptions> = {},
) {
  const said: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((text) => void said.push(String(text)));
  const error = vi.spyOn(console, "error").mockImplementation(() => {});
  try {
    const of = (name: string) => ({ label: name, input: { DocumentName: name } });
    const status = await startWaves(
      { client, home, say: (text) => said.push(text) },
      { waves: waves.map((wave) => wave.map(of)), mayFail: 9, proof: { what: "", text: "" } },
      {
        ...{ form: formOf(), follow: true, interval: 0.1, dryRun: false },
        output: { json: false, verbose: false },
        interrupts: listening(),
        ...options,
      },
    ).catch((cause: Error) => cause);
    return { status, said: said.join("\n") };
  } finally {
    log.mockRestore();
    error.mockRestore();
  }
}

const timers = (): number =>
  process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;

describe("after Ctrl-C", () => {
  it("nothing more is begun where the person cancels, however many may fail", async () => {
    const there = account({ one: ["InProgress"], two: ["Success"] });
    const interrupts = pressing(Promise.resolve("cancel"));
    const { status, said } = await run(there, [["one"], ["two"]], { interrupts });
    expect(there.started).toEqual(["one"]);
    expect(said).toContain("Cancelled");
    expect(said).toContain("Not begun: two");
    expect(status).toBe(1);
  });

  it("what is left is no success where something was not begun", async () => {
    const there = account({ one: ["InProgress"], two: ["Success"] });
    const leave = (waves: readonly (readonly string[])[]) =>
      run(there, waves, { interrupts: pressing(Promise.resolve("leave")) });
    expect(await leave([["one"], ["two"]])).toMatchObject({
      status: 1,
      said: expect.stringMatching(/Left running[\s\S]*npm run status -- one[\s\S]*Not begun: two/),
    });
    expect((await leave([["one"]])).status).toBe(0);
  });

  it.each<[Interruption, readonly string[]]>([
    ["continue", ["one", "two"]],
    ["cancel", ["one"]],
    ["leave", ["one"]],
  ])("a question that the end has overtaken is answered first: %s", async (choice, started) => {
    const there = account({ one: ["Success"], two: ["Success"] });
    let answer: (choices: readonly Interruption[]) => void = () => {};
    const asked = new Promise<readonly Interruption[]>((resolve) => {
      answer = resolve;
    });
    const ended = run(there, [["one"], ["two"]], {
      interrupts: listening({ chosen: () => asked }),
    });
    await new Promise(setImmediate);
    expect(there.started).toEqual(["one"]);
    answer([choice]);
    const { status } = await ended;
    expect(there.started).toEqual(started);
    expect(status).toBe(started.length === 2 ? 0 : 1);
  });

  it("an execution that ends before it is cancelled is told as it ended", async () => {
    const there = account(
      { one: ["InProgress", "Success"] },
      named("InvalidAutomationStatusUpdateException"),
    );
    const { status, said } = await run(there, [["one"]], {
      interrupts: pressing(Promise.resolve("cancel")),
    });
    expect(status).toBe(0);
    expect(said).toContain("Success");
    expect(said).not.toContain("goes on");
  });

  it("no timer keeps the process from ending when it is left", async () => {
    const before = timers();
    await run(account({ one: ["InProgress"] }), [["one"]], {
      interval: 3600,
      interrupts: pressing(Promise.resolve("leave")),
    });
    expect(timers()).toBe(before);
  });
});

describe("an error while executions are followed", () => {
  it("ends the following of the others, too", async () => {
    const before = timers();
    const there = account({ one: [named("ExpiredTokenException")], two: ["InProgress"] });
    const { status, said } = await run(there, [["one", "two"], ["three"]]);
    expect(status).toMatchObject({ name: "ExpiredTokenException" });
    expect(said).toContain("It goes on in AWS.");
    expect(said).toMatch(/npm run status -- one[\s\S]*npm run status -- two/);
    expect(said).toContain("Not begun, as far as is known: three");
    await new Promise(setImmediate);
    expect(timers()).toBe(before);
    expect(there.asked.get("two")).toBe(1);
  });

  it("after the end says so, and loses nothing that was read before", async () => {
    const there = account({ one: ["Success", named("ExpiredTokenException")] });
    const { said } = await run(there, [["one"]]);
    expect(said).toMatch(/Success.*execution one/);
    expect(said).toMatch(/It has ended\. Pick it up again with:\n {2}npm run status -- one/);
    expect(said).not.toContain("goes on");
  });

  it("loses no JSON of what was started before", async () => {
    const there = account({ one: ["Success"], two: [named("ExpiredTokenException")] });
    const { said } = await run(there, [["one"], ["two"]], {
      output: { json: true, verbose: false },
    });
    expect(JSON.parse(said.slice(said.indexOf("\n[\n")))).toMatchObject([
      { id: "one", status: "Success", runs: [{}] },
      { id: "two", label: "two" },
    ]);
  });
});

describe("a start that fails", () => {
  const failing = (more: object): Error => Object.assign(new Error("No."), more);
  const open =
    /No answer came to the start of two: it may go on in AWS[\s\S]*describe-automation-exec.* Key=Doc.*Values=two/;

  it.each<[string, Error, boolean]>([
    ["where the connection broke", failing({ code: "ECONNRESET" }), true],
    ["where no answer came in time", failing({ name: "TimeoutError" }), true],
    ["where the service failed", failing({ $metadata: { httpStatusCode: 500 } }), true],
    ["where it is refused", failing({ $metadata: { httpStatusCode: 400 } }), false],
    ["where nothing could be reached", failing({ code: "ENOTFOUND" }), false],
  ])("may have begun %s, and only then is that said", async (_, error, begun) => {
    const after = await run(account({ one: ["Success"] }, undefined, error), [["one"], ["two"]]);
    expect(open.test(after.said)).toBe(begun);
    expect(after.said.includes("Not begun, as far as is known: two")).toBe(!begun);
    const first = await run(account({}, undefined, error), [["two"], ["three"]]);
    expect(open.test(first.said)).toBe(begun);
    expect(first.said).not.toContain("Not begun");
  });
});
