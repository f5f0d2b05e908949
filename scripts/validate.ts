import { findPython } from "automation-language/python";
import { checkDocument } from "automation-validator/check";
import { runCommand } from "automation-validator/command";
import { environment } from "automation-validator/environment";
import { measure } from "automation-validator/mutation/measure";
import { table } from "../common/table.ts";
import { compile } from "../document/compile.ts";
import { documents } from "../document/documents.ts";
import { documentFile } from "./publishable.ts";

/**
 * `npm run validate [-- FILE…]`: the command automation-validate, on this project's own documents where no file is given.
 * `npm run validate -- --mutants [COUNT]` breaks ContainEC2Instance in so many ways and prints how many are caught.
 */
const MUTANTS = 400;
const ALSO = `  --mutants [count]      instead, break ContainEC2Instance in so many ways
                         (default: ${MUTANTS}) and print how many are caught

Without files, this project's own documents are checked.
`;
const args = process.argv.slice(2);
const at = args.indexOf("--mutants");

// npm changes to the top of the project; the paths are meant from where the person stands.
const cwd =
  process.env.npm_lifecycle_event === "validate"
    ? (process.env.INIT_CWD ?? process.cwd())
    : process.cwd();

if (at >= 0) await printMutants(args[at + 1]);
else
  process.exitCode = await runCommand(args, {
    ...environment(cwd),
    called: "npm run validate --",
    also: ALSO,
    otherwise: checkOwn,
  });

async function checkOwn() {
  const found = documents.map(({ runbook }) => {
    const { name, yaml, permissions } = compile(findPython(), runbook);
    return checkDocument(yaml, {
      ...{ file: documentFile(name), declaredPermissions: permissions, hints: true },
    });
  });
  return (await Promise.all(found)).flat();
}

async function printMutants(given: string | undefined): Promise<void> {
  if (given !== undefined && !/^[1-9]\d*$/.test(given)) {
    console.error("--mutants takes an integer from 1.");
    process.exitCode = 2;
    return;
  }
  const { yaml, permissions } = compile(findPython());
  const { rows, mutants, caught, survivors } = await measure(
    yaml,
    permissions,
    1,
    Number(given ?? MUTANTS),
  );
  const all = [...rows, { kind: "all", mutants, caught }];
  console.log(
    table(
      ["Mutation", "Mutants", "Caught", "Share"],
      all.map((row) => [
        row.kind,
        row.mutants,
        row.caught,
        `${((100 * row.caught) / row.mutants).toFixed(1)} %`,
      ]),
    ),
  );
  for (const { kind, place } of survivors) console.log(`not caught: ${kind}: ${place}`);
}
