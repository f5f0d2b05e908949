/** What becomes of an execution, and of a script in it, that is stopped or out of time. */
import { GetObjectCommand } from "@aws-sdk/client-s3";
import {
  GetAutomationExecutionCommand,
  SendAutomationSignalCommand,
  StopAutomationExecutionCommand,
} from "@aws-sdk/client-ssm";
import { cancel, listExecutions } from "../../operate/follow.ts";
import { about, compared, type Probe, unseen } from "../probe.ts";
import { bucket } from "../resources/bucket.ts";
import { ended, publish, startProbe, stepOf, textOf } from "../resources/executions.ts";
import type { Run } from "../run.ts";

/** Seconds that a script goes on, where nothing ends it. */
const LONG = 90;
const SHORT = 40;

/** Looks in which a script that runs on would show it: half a minute at the usual two seconds. */
const SETTLE = 12;

/** The seconds that a script has written down so far. */
async function beats(run: Run, execution: string): Promise<number> {
  try {
    const { Body } = await run.clients.s3.send(
      new GetObjectCommand({ Bucket: await bucket(run), Key: `beats/${execution}` }),
    );
    return Number(await Body?.transformToString());
  } catch (error) {
    if (error instanceof Error && error.name === "NoSuchKey") return 0;
    throw error;
  }
}

/** Starts a script that writes down each second, and waits until it does; the execution's id. */
async function beating(run: Run, document: string, seconds: number): Promise<string> {
  const id = await startProbe(run, document, {
    Bucket: await bucket(run),
    Seconds: String(seconds),
  });
  await run.until("The script's first second", 60, async () =>
    (await beats(run, id)) > 0 ? true : undefined,
  );
  return id;
}

/** How far a script is when its execution has ended, and a while later. */
interface Ending {
  readonly status: string;
  readonly step: string;
  /** Seconds of the clock here from the stop to the final status. */
  readonly took: number;
  readonly atEnd: number;
  readonly later: number;
  /** One more may have been on its way. */
  readonly ranOn: boolean;
}

async function endingOf(run: Run, id: string, seconds: number): Promise<Ending> {
  const begin = Date.now();
  const { status, steps } = await ended(run, id);
  const took = (Date.now() - begin) / 1000;
  const atEnd = await beats(run, id);
  if (atEnd >= seconds) throw new Error(`The script ended by itself, in ${seconds} s.`);
  await run.wait(SETTLE);
  const later = await beats(run, id);
  const step = steps.find(({ StepName }) => StepName === "beat")?.StepStatus ?? "none";
  return { status, step, took, atEnd, later, ranOn: later > atEnd + 1 };
}

const cancelled = (run: Run): Promise<Ending> =>
  run.once("cancelled", async () => {
    const id = await beating(run, "beats", LONG);
    await cancel(run.clients.ssm, id);
    return endingOf(run, id, LONG);
  });

const timedOut = (run: Run): Promise<Ending> =>
  run.once("timed out", async () => endingOf(run, await beating(run, "timeout", LONG), LONG));

/** Completes an execution while its script is running; how it ended. */
async function complete(run: Run, id: string) {
  await run.clients.ssm.send(
    new StopAutomationExecutionCommand({ AutomationExecutionId: id, Type: "Complete" }),
  );
  return ended(run, id);
}

const told = ({ ranOn, atEnd, later }: Ending): string =>
  ranOn ? `ran on (${atEnd} s at the end, ${later} s later)` : "killed";

export const cancelledScript: Probe = {
  ...about("cancelled-script"),
  needs: ["bucket", "probe role"],
  costs: { steps: 4, scriptSeconds: 2 * LONG },
  run: async (run) => {
    const [byCancel, byTime] = [await cancelled(run), await timedOut(run)];
    return compared(
      !byCancel.ranOn && !byTime.ranOn,
      `cancelled: ${told(byCancel)}; timed out: ${told(byTime)}`,
      { cancelled: byCancel, timedOut: byTime },
    );
  },
};

export const cancelledStatus: Probe = {
  ...about("cancelled-status"),
  needs: ["bucket", "probe role"],
  costs: { steps: 0, scriptSeconds: 0 },
  run: async (run) => {
    const { ranOn, status, took, atEnd } = await cancelled(run);
    if (!ranOn) return unseen("the script did not run on");
    return compared(
      atEnd < LONG,
      `${status} ${took.toFixed(0)} s after Cancel, the script still running`,
      { status, took },
    );
  },
};

export const completeStatus: Probe = {
  ...about("complete-status"),
  needs: ["bucket", "probe role"],
  costs: { steps: 2, scriptSeconds: SHORT },
  run: async (run) => {
    const id = await beating(run, "beats", SHORT);
    const end = await complete(run, id);
    const seconds = await beats(run, id);
    const step = stepOf(end, "beat")?.StepStatus ?? "none";
    const next = stepOf(end, "next")?.StepStatus ?? "not begun";
    return compared(
      end.status === "Success" && seconds === SHORT && next === "not begun",
      `${end.status}; the running script ${step} after ${seconds} of ${SHORT} s; the next step ${next}`,
      { status: end.status, step, seconds, next },
    );
  },
};

export const completeChild: Probe = {
  ...about("complete-child"),
  needs: ["bucket", "probe role"],
  costs: { steps: 4, scriptSeconds: SHORT },
  run: async (run) => {
    const Child = await publish(run, "beats", () => textOf("beats"));
    const id = await startProbe(run, "parent", {
      ...{ Child, Bucket: await bucket(run), Seconds: String(SHORT) },
    });
    const child = await run.until("The child", 60, () => childOf(run, id));
    await run.until("The child's first second", 60, async () =>
      (await beats(run, child)) > 0 ? true : undefined,
    );
    const parent = await complete(run, id);
    const own = await ended(run, child);
    const seconds = await beats(run, child);
    const next = stepOf(own, "next")?.StepStatus ?? "not begun";
    return compared(
      seconds === SHORT && next === "Success",
      `${parent.status}; the child ${own.status} after ${seconds} of ${SHORT} s, its next step ${next}`,
      { status: parent.status, child: own.status, seconds, next },
    );
  },
};

/** The execution that the step `child` has started. */
async function childOf(run: Run, parent: string): Promise<string | undefined> {
  const { ssm } = run.clients;
  const found = await ssm.send(
    new GetAutomationExecutionCommand({ AutomationExecutionId: parent }),
  );
  const step = found.AutomationExecution?.StepExecutions?.find(
    ({ StepName }) => StepName === "child",
  );
  const [told] = step?.Outputs?.ExecutionId ?? [];
  if (told !== undefined) return told;
  const children = await listExecutions(ssm, [{ Key: "ParentExecutionId", Values: [parent] }]);
  return children[0]?.AutomationExecutionId;
}

export const stopStepAuto: Probe = {
  ...about("stop-step-auto"),
  needs: ["bucket", "probe role"],
  costs: { steps: 2, scriptSeconds: SHORT },
  run: async (run) => {
    const id = await beating(run, "beats", SHORT);
    const { ssm } = run.clients;
    const answer = await ssm
      .send(new SendAutomationSignalCommand({ AutomationExecutionId: id, SignalType: "StopStep" }))
      .then(
        () => "accepted",
        (error: Error) => error.name,
      );
    await cancel(ssm, id).catch(() => undefined);
    await ended(run, id);
    return compared(answer !== "accepted", answer === "accepted" ? answer : `refused: ${answer}`, {
      answer,
    });
  },
};
