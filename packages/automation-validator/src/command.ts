/** The command `automation-validate`. */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import pLimit from "p-limit";
import manifest from "../package.json" with { type: "json" };
import { checkDocument } from "./check.ts";
import pc from "./colours.ts";
import type { Finding, Severity } from "./finding.ts";
import { findInputs, type Input, InputError, readInput } from "./input.ts";
import { preparePython } from "./pythonPackages.ts";
import { count, type Format, formats, report } from "./report.ts";
import { rules } from "./rules.ts";
import {
  CONFIGURATION,
  checkIds,
  type Ignore,
  readConfiguration,
  type Settings,
  SettingsError,
  selectFindings,
} from "./settings.ts";
import { toolRules } from "./toolRules.ts";

/** What the command takes from outside. */
export interface Environment {
  /** The folder where the person stands: paths are read and shown relative to it. */
  readonly cwd: string;
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  /** Draws the progress; undefined where nobody looks on. */
  readonly progress?: (line: string) => void;
  /** What a person types to start it, for the help; by default `automation-validate`. */
  readonly called?: string;
  /** What it does besides there: lines that the help adds after the options. */
  readonly also?: string;
  /** What is checked where no file is given; without it, help is shown. */
  readonly otherwise?: () => Promise<readonly Finding[]>;
}

interface Options {
  readonly format: Format;
  readonly only: readonly string[];
  readonly ignore: readonly string[];
  readonly config?: string;
  readonly hints?: true;
  readonly failOn: Severity;
  readonly stdinName?: string;
  readonly rules?: true;
}

/** What the help says after the options. */
const more = (called: string, also: string): string => `${also}
Exit codes:
  0  nothing was found that is as severe as --fail-on says
  1  something was found
  2  something could not be read, or the checks could not run

Examples:
  ${called} runbook.yaml
      one document
  ${called} --format sarif --fail-on warning documents/
      all documents of a folder, for a machine, and strictly`;

/** More than this at a time only wait for each other. */
const AT_A_TIME = 8;

/**
 * Runs the command.
 *
 * @param args without the names of Node and of the program
 * @returns the exit code
 */
export async function runCommand(args: readonly string[], env: Environment): Promise<number> {
  const command = commandLine(env);
  try {
    command.parse([...args], { from: "user" });
    const options = command.opts<Options>();
    if (options.rules) {
      env.out(ruleTable());
      return 0;
    }
    if (command.args.length === 0 && env.otherwise === undefined) {
      env.error(command.helpInformation());
      return 2;
    }
    return await validate(command.args, options, env);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    env.error(`${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
}

function commandLine({
  out,
  error,
  called = "automation-validate",
  also = "",
}: Environment): Command {
  const ids = (text: string, before: readonly string[]): string[] => {
    const found = text.split(",").map((one) => one.trim());
    try {
      checkIds(found, "The command line");
    } catch (reason) {
      throw new InvalidArgumentError(reason instanceof SettingsError ? reason.message : "");
    }
    return [...before, ...found];
  };
  return new Command(called)
    .description(
      "Checks AWS Systems Manager Automation documents, by themselves or inside CloudFormation templates.",
    )
    .argument("[files...]", "YAML or JSON files, folders, globs, or - for standard input")
    .addOption(
      new Option("-f, --format <format>", "how to print the findings")
        .choices(formats)
        .default("text"),
    )
    .addOption(
      new Option("--only <ids>", "tell only these rules, such as FLOW or REF07,API03")
        .argParser(ids)
        .default([], "all"),
    )
    .addOption(
      new Option("--ignore <ids>", "do not tell these rules").argParser(ids).default([], "none"),
    )
    .option("--hints", "tell matters of taste too")
    .addOption(
      new Option("--fail-on <severity>", "the least severity that makes the exit code 1")
        .choices(["error", "warning", "hint"])
        .default("error"),
    )
    .option("--config <file>", `the configuration (default: the nearest ${CONFIGURATION} above)`)
    .option("--stdin-name <name>", "what to call standard input; .json at its end asks for JSON")
    .option("--rules", "print the list of the rules")
    .version(manifest.version)
    .addHelpText("after", more(called, also))
    .configureOutput({ writeOut: out, writeErr: error })
    .exitOverride();
}

async function validate(
  args: readonly string[],
  options: Options,
  env: Environment,
): Promise<number> {
  const settings = settingsOf(options, env.cwd);
  const hit = new Set<Ignore>();
  const { findings, unread, skipped, documents } =
    args.length === 0
      ? { ...(await checkOther(settings, hit, env)), unread: [], skipped: 0, documents: 1 }
      : await checkFiles(args, settings, hit, options, env);
  for (const problem of unread) env.error(`${problem}\n`);
  for (const one of settings.ignore)
    if (!hit.has(one) && documents > 0)
      env.error(`${one.from} ignores ${one.rule}, which was not found anywhere.\n`);
  if (documents > 0 || unread.length === 0) env.out(report(findings, options.format, pc));
  if (options.format === "text" && (documents > 1 || skipped > 0))
    env.out(
      `${count(documents, "document")} checked${skipped > 0 ? `, ${count(skipped, "other file")} skipped` : ""}.\n`,
    );
  if (unread.length > 0) return 2;
  return findings.some(({ severity }) => weight[severity] >= weight[options.failOn]) ? 1 : 0;
}

const weight: Readonly<Record<Severity, number>> = { hint: 0, warning: 1, error: 2 };

function settingsOf({ only, ignore, config, hints }: Options, cwd: string): Settings {
  const file = readConfiguration(config, cwd);
  return {
    only: only.length > 0 ? only : file.only,
    ignore: [...file.ignore, ...ignore.map((rule) => ({ rule, from: "The command line" }))],
    hints: hints ?? file.hints,
  };
}

async function checkOther(
  settings: Settings,
  hit: Set<Ignore>,
  { otherwise }: Environment,
): Promise<{ findings: Finding[] }> {
  const all = (await otherwise?.()) ?? [];
  return { findings: selectFindings(all, "", settings, hit) };
}

interface Checked {
  readonly findings: readonly Finding[];
  /** Why files could not be read, as sentences. */
  readonly unread: readonly string[];
  /** Files of folders that hold no Automation document. */
  readonly skipped: number;
  readonly documents: number;
}

async function checkFiles(
  args: readonly string[],
  settings: Settings,
  hit: Set<Ignore>,
  { stdinName }: Options,
  { cwd, progress, error: tell }: Environment,
): Promise<Checked> {
  const { inputs, problems } = await findInputs(args, cwd);
  const python = await preparePython((line) => tell(`${line}\n`));
  const limit = pLimit(AT_A_TIME);
  let done = 0;
  const one = async (input: Input): Promise<readonly Finding[] | "skipped" | InputError> => {
    try {
      const text = readInput(input);
      if (text === undefined) return "skipped";
      const file = input.path === "-" ? (stdinName ?? input.name) : input.name;
      const findings = await checkDocument(text, { file, python, hints: true });
      return selectFindings(findings, input.path, settings, hit);
    } catch (error) {
      if (error instanceof InputError) return error;
      throw error;
    } finally {
      done += 1;
      progress?.(`${done} of ${inputs.length} files`);
    }
  };
  const results = await Promise.all(inputs.map((input) => limit(() => one(input))));
  progress?.("");
  return {
    findings: results.flatMap((result) => (Array.isArray(result) ? (result as Finding[]) : [])),
    unread: [
      ...problems,
      ...results.flatMap((result) => (result instanceof InputError ? [result.message] : [])),
    ],
    skipped: results.filter((result) => result === "skipped").length,
    documents: results.filter(Array.isArray).length,
  };
}

function ruleTable(): string {
  const own = toolRules.filter(({ id }) => !rules.some((rule) => rule.id === id));
  return [...own, ...rules]
    .sort((a, b) => a.id.localeCompare(b.id))
    .map(({ id, severity, summary, url = "" }) => {
      const head = `${id.padEnd(9)} ${severity.padEnd(8)} ${summary}`;
      return url === "" ? `${head}\n` : `${head}\n${pc.dim(`${" ".repeat(19)}${url}`)}\n`;
    })
    .join("");
}
