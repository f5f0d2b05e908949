import { modelsOf } from "automation-language/botocore";
import { type StepView, viewDocument } from "automation-language/document";
import { scopesOf } from "automation-language/graph";
import { pointer } from "automation-language/place";
import { findPython } from "automation-language/python";
import { findReferences } from "automation-language/references";
import { parseSource } from "automation-language/source";
import { preload } from "./apiStep.ts";
import type { Context } from "./context.ts";
import type { Finding } from "./finding.ts";
import { matchOwnValues } from "./patternMatches.ts";
import { inspectScripts, letGo, type Script, type ScriptFacts, warmUp } from "./python/inspect.ts";
import type { Rule } from "./rule.ts";
import { loadRules } from "./rules.ts";

export interface CheckOptions {
  /** The name by which findings call the document. */
  readonly file: string;
  /** The IAM actions that each step declares, by the step's name, where they are known. */
  /** The Python that parses the scripts and has botocore; the project's own where it is left out. */
  readonly python?: string;
  readonly declaredPermissions?: Readonly<Record<string, readonly string[]>>;
}

const SYNTAX_URL = "https://docs.aws.amazon.com/systems-manager/latest/userguide/documents.html";

/**
 * Checks an Automation document, YAML or JSON, with every rule of rules/.
 *
 * @returns the findings in the order of their lines; empty for a document without fault
 */
export async function checkDocument(text: string, options: CheckOptions): Promise<Finding[]> {
  const python = options.python ?? findPython();
  warmUp(python);
  const json = options.file.toLowerCase().endsWith(".json");
  const source = parseSource(text, json ? "json" : "yaml");
  if (source.syntaxErrors.length > 0) {
    letGo(python);
    return source.syntaxErrors.map((error) => ({
      id: "SYNTAX01",
      severity: "error",
      path: "",
      url: SYNTAX_URL,
      file: options.file,
      ...error,
    }));
  }
  const document = viewDocument(source.value);
  const scripted = document.steps.filter(hasPython);
  const byName = new Map(document.steps.toReversed().map((step) => [step.name, step]));
  const common = {
    file: options.file,
    text,
    source,
    document,
    scopes: scopesOf(document),
    references: findReferences(document),
    step: (name: string) => byName.get(name),
    declaredPermissions: options.declaredPermissions,
  };
  const rules = loadRules();
  const matching = matchOwnValues(document, python);
  matching.catch(() => {}); // Awaited below.
  // While Python looks at the scripts, the rules that need not know them run.
  let early: Promise<Finding[]> = Promise.resolve([]);
  const { data, facts, version } = await inspectScripts(
    python,
    scripted.map(scriptOf),
    (folder) => {
      preload(document.steps, modelsOf(folder));
      const context = { ...common, ...notYet, models: modelsOf(folder), pythonVersion: [] };
      early = rules.then((all) => runAll(all, undefined, context));
      early.catch(() => {}); // Awaited below.
    },
  );
  const match = await matching;
  const scripts = new Map(scripted.map((step, at) => [step, facts[at] ?? {}]));
  const context = { ...common, scripts, match, models: modelsOf(data), pythonVersion: version };
  const all = await rules;
  const late = [...runAll(all, "scripts", context), ...runAll(all, "patterns", context)];
  return [...(await early), ...late].sort(
    (a, b) => a.line - b.line || a.column - b.column || a.id.localeCompare(b.id),
  );
}

/** What a rule meets that looks at scripts or patterns and does not say so. */
const notYet = {
  match: () => {
    throw new Error("A rule that looks at matches of patterns says so: needs");
  },
  scripts: new Proxy(new Map<StepView, ScriptFacts>(), {
    get() {
      throw new Error("A rule that looks at scripts says so: needs");
    },
  }),
};

const runAll = (rules: readonly Rule[], needs: Rule["needs"], context: Context): Finding[] =>
  rules.filter((rule) => rule.needs === needs).flatMap((rule) => run(rule, context));

function run(rule: Rule, context: Context): Finding[] {
  return [...rule.check(context)].map((problem) => ({
    id: rule.id,
    severity: rule.severity,
    path: pointer(problem.path),
    ...context.source.locate(problem),
    message: problem.message,
    url: rule.url,
    file: context.file,
  }));
}

/** Whether a step runs Python that stands in the document. */
const hasPython = ({ action, inputs }: StepView): boolean =>
  action === "aws:executeScript" &&
  typeof inputs.Script === "string" &&
  String(inputs.Runtime).startsWith("python");

const scriptOf = ({ inputs }: StepView): Script => ({
  text: String(inputs.Script),
  handler: String(inputs.Handler ?? ""),
  runtime: String(inputs.Runtime),
});
