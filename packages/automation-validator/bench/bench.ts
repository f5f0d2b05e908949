import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findPython } from "automation-language/python";
import { execa } from "execa";
import { parse, stringify } from "yaml";
import { runCommand } from "../src/command.ts";

/**
 * `npm run bench -w packages/automation-validator [-- FILE…]`: two hundred documents, made of the files (of the tests'
 * corpus where none is given), checked by this validator, and by cfn-lint as the Content of CloudFormation templates, in
 * one run. Machines are noisy: compare no two runs.
 */
const DOCUMENTS = 200;
/** The most that this may take on two cores, in seconds. */
const BUDGET = 10;

const corpus = fileURLToPath(new URL("../test/corpus/", import.meta.url));
const files =
  process.argv.length > 2
    ? process.argv.slice(2)
    : readdirSync(corpus).map((name) => join(corpus, name));
const folder = mkdtempSync(join(tmpdir(), "bench-"));
const documents = join(folder, "documents");
const templates = join(folder, "templates");
mkdirSync(documents);
mkdirSync(templates);

/** Each document is one of its own: what was found out about the script of another does not help. */
function writeDocument(number: number): void {
  const file = files[number % files.length] ?? "";
  const text = readFileSync(file, "utf8");
  const json = file.endsWith(".json");
  const own = text.replace(/^(\s*)import boto3$/m, `$&\n$1NUMBER = ${number}`);
  writeFileSync(join(documents, `${number}-${basename(file)}`), own);
  const template = {
    Resources: {
      Runbook: {
        Type: "AWS::SSM::Document",
        Properties: { DocumentType: "Automation", Content: json ? JSON.parse(own) : parse(own) },
      },
    },
  };
  writeFileSync(join(templates, `${number}.yaml`), stringify(template));
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1_000;
}

try {
  for (let number = 0; number < DOCUMENTS; number += 1) writeDocument(number);
  let out = "";
  const check = (path: string) =>
    runCommand([path], {
      cwd: folder,
      out: (text) => {
        out += text;
      },
      error: (text) => process.stderr.write(text),
    });
  // The start of Python, the reading of AWS's models and all else that is done once counts.
  const ours = await seconds(() => check(documents));
  const inTemplates = await seconds(() => check(templates));
  if (!out.includes(`${DOCUMENTS} documents checked`))
    throw new Error(`Not all were checked: ${out}`);
  const cfnLint = join(dirname(findPython()), "cfn-lint");
  const theirs = await seconds(() => execa(cfnLint, [`${templates}/*.yaml`], { reject: false }));
  const show = (what: string, time: number) =>
    console.log(`${what.padEnd(44)} ${time.toFixed(1)} s`);
  show(`${DOCUMENTS} documents`, ours);
  show("the same in templates", inTemplates);
  show("cfn-lint on these templates", theirs);
  const cores = availableParallelism();
  console.log(
    `cfn-lint takes ${(theirs / ours).toFixed(1)} times as long. ${cores} cores; the budget is ${BUDGET} s on two.`,
  );
  if (ours > BUDGET) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}
