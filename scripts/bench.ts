import { startEmulator } from "automation-emulator";
import { startWorkers } from "automation-emulator/engine/workers";
import { checkDocument } from "automation-validator/check";
import { execa } from "execa";
import { Bench } from "tinybench";
import pc from "../common/colours.ts";
import { table } from "../common/table.ts";
import { compile } from "../document/compile.ts";
import { program } from "./program.ts";
import { setUpPython } from "./python.ts";

program(
  "bench",
  "Measures the checks, the steps and the emulator. Machines are noisy: compare the ratios within one run, not two runs.",
  [["", "takes half a minute"]],
).parse();

const python = await setUpPython("run", (line) => console.log(pc.dim(line)));
const { yaml, permissions } = compile(python);
const emulator = await startEmulator();
const workers = startWorkers({
  python,
  timeScale: 1,
  endpoint: emulator.endpoint,
  region: "us-east-1",
});
const script = "import boto3\ndef handler(events, context):\n    return {}\n";
const fresh = `${script}\nhandler({}, {})\n`;

const warm = async (): Promise<void> => {
  const { result } = workers.run({
    kind: "script",
    script,
    handler: "handler",
    payload: {},
    env: emulator.env(),
    timeoutSeconds: 60,
  });
  const ended = await result;
  if (ended.status !== "success") throw new Error(`the script ended as ${ended.status}`);
};

try {
  const bench = new Bench({ iterations: 5, time: 2_000, warmupIterations: 1, warmupTime: 0 });
  bench
    .add("a script step in a warm worker", warm)
    .add("the same in a fresh interpreter", async () => {
      await execa(python, ["-c", fresh]);
    })
    .add("compile the document", () => {
      compile(python);
    })
    .add("check the document", async () => {
      await checkDocument(yaml, { file: "document", declaredPermissions: permissions });
    });
  await bench.run();
  const rows: (string | number)[][] = [];
  const median = new Map<string, number>();
  for (const { name, result } of bench.tasks) {
    if (result.state !== "completed") throw new Error(`${name} failed: ${result.state}`);
    median.set(name, result.latency.p50);
    rows.push([name, result.latency.p50.toFixed(1), result.latency.samplesCount]);
  }
  console.log(table(["What", "Median, ms", "Runs"], rows));
  const ratio =
    (median.get("the same in a fresh interpreter") ?? 0) /
    (median.get("a script step in a warm worker") ?? 1);
  console.log(`A warm worker is ${ratio.toFixed(1)} times as fast as a fresh interpreter.`);
} finally {
  await workers.close();
  await emulator.close();
}
