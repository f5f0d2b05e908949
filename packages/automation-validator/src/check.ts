import { modelsOf } from "automation-language/botocore";
import { type StepView, viewDocument } from "automation-language/document";
import { scopesOf } from "automation-language/graph";
import { type Path, pointer } from "automation-language/place";
import { findPython } from "automation-language/python";
import { findReferences } from "automation-language/references";
import { parseYaml, type Source, type Span, wholeSource } from "automation-language/source";
import { withKnownKeys } from "automation-language/spelling";
import { documentsInTemplate, isTemplate } from "automation-language/template";
import { preload } from "./apiStep.ts";
import type { Context } from "./context.ts";
import type { Finding } from "./finding.ts";
import { applyIgnores } from "./ignores.ts";
import { DOCUMENT_LIMIT } from "./limits.ts";
import { matchOwnValues } from "./patternMatches.ts";
import { inspectScripts, type Script, type ScriptFacts, warmUp } from "./python/inspect.ts";
import type { Rule, RuleProblem } from "./rule.ts";
import { rules } from "./rules.ts";
import { SYNTAX, TOO_LONG, type ToolRule, toolRules } from "./toolRules.ts";

export interface CheckOptions {
  /** The name by which findings call the document. */
  readonly file: string;
  /** The Python that parses the scripts and has botocore and regex; the project's own where it is left out. */
  readonly python?: string;
  /** The IAM actions that each step declares, by the step's name, where they are known. */
  readonly declaredPermissions?: Readonly<Record<string, readonly string[]>>;
  /** Tell matters of taste too. */
  readonly hints?: boolean;
}

/** The ids of all findings that there may be. */
export const knownIds: readonly string[] = [...toolRules, ...rules].map(({ id }) => id);

/**
 * Checks an Automation document, YAML or JSON, or the Automation documents in a CloudFormation template.
 *
 * @returns the findings in the order of their lines; empty for a document without fault
 * @throws Error where Python can't be started or lacks botocore or regex
 */
export async function checkDocument(text: string, options: CheckOptions): Promise<Finding[]> {
  const { file, hints = false } = options;
  return applyIgnores(await findAll(text, options), text, file, knownIds)
    .filter(({ severity }) => hints || severity !== "hint")
    .sort((a, b) => a.line - b.line || a.column - b.column || a.id.localeCompare(b.id));
}

async function findAll(text: string, options: CheckOptions): Promise<Finding[]> {
  const { file } = options;
  const size = Buffer.byteLength(text);
  const lines = text.split("\n");
  const tell = (rule: ToolRule, span: Span, message: string): Finding => ({
    id: rule.id,
    severity: rule.severity,
    path: "",
    ...span,
    excerpt: lines[span.line - 1] ?? "",
    message,
    ...(rule.url !== undefined && { url: rule.url }),
    file,
  });
  const holdsTemplate = text.includes("AWS::SSM::Document");
  if (size > DOCUMENT_LIMIT && !holdsTemplate) return [tell(TOO_LONG, TOP, tooLong(size))];
  const format = file.toLowerCase().endsWith(".json") ? "json" : "yaml";
  const parsed = parseYaml(text, format);
  if (holdsTemplate && parsed.error === undefined && isTemplate(parsed)) {
    const found = await Promise.all(
      documentsInTemplate(parsed).map(async (one): Promise<Finding[]> => {
        const within = Buffer.byteLength(one.text);
        if (within > DOCUMENT_LIMIT)
          return [tell(TOO_LONG, one.source.locate({ path: [] }), tooLong(within))];
        if (one.source.syntaxErrors.length > 0)
          return one.source.syntaxErrors.map((error) => tell(SYNTAX, error, error.message));
        const findings = await checkSource(one.source, one.text, lines, options, one.path);
        return findings.filter((finding) => !one.unknown(finding));
      }),
    );
    return found.flat();
  }
  const source = wholeSource(parsed);
  if (source.syntaxErrors.length > 0)
    return source.syntaxErrors.map((error) => tell(SYNTAX, error, error.message));
  if (size > DOCUMENT_LIMIT) return [tell(TOO_LONG, TOP, tooLong(size))];
  return checkSource(source, text, lines, options, []);
}

const TOP: Span = { line: 1, column: 1, endLine: 1, endColumn: 1 };

const tooLong = (size: number): string =>
  `The document has ${size} bytes; AWS takes ${DOCUMENT_LIMIT} at most`;

/** Runs every rule over a document that can be parsed. */
async function checkSource(
  source: Source,
  text: string,
  lines: readonly string[],
  options: CheckOptions,
  within: Path,
): Promise<Finding[]> {
  const python = options.python ?? findPython();
  const { value, renamed } = withKnownKeys(source.value);
  const document = viewDocument(value);
  const scripted = document.steps.filter(hasPython);
  const byName = new Map(document.steps.toReversed().map((step) => [step.name, step]));
  const common = {
    file: options.file,
    text,
    source,
    value,
    renamed,
    document,
    scopes: scopesOf(document),
    references: findReferences(document),
    step: (name: string) => byName.get(name),
    declaredPermissions: options.declaredPermissions,
  };
  const place = (rule: Rule, problem: RuleProblem): Finding => {
    const span = source.locate(problem);
    return {
      id: rule.id,
      severity: problem.severity ?? rule.severity,
      path: pointer([...within, ...problem.path]),
      ...span,
      excerpt: lines[span.line - 1] ?? "",
      message: problem.message,
      url: rule.url,
      file: options.file,
    };
  };
  const run = (needs: Rule["needs"], context: Context): Finding[] =>
    rules
      .filter((rule) => rule.needs === needs)
      .flatMap((rule) => [...rule.check(context)].map((problem) => place(rule, problem)));
  // While Python looks at the scripts and the patterns, the rules that need not know them run.
  const matching = matchOwnValues(document, python);
  const inspecting = inspectScripts(python, scripted.map(scriptOf));
  matching.catch(() => {}); // Both are awaited below.
  inspecting.catch(() => {});
  const { data, version } = await warmUp(python);
  const models = modelsOf(data);
  preload(document.steps, models);
  const known = { ...common, models, pythonVersion: version };
  const early = run(undefined, { ...known, ...notYet });
  const facts = await inspecting;
  const context: Context = {
    ...known,
    scripts: new Map(scripted.map((step, at) => [step, facts[at] ?? {}])),
    match: await matching,
  };
  return [...early, ...run("scripts", context), ...run("patterns", context)];
}

/** What a rule meets that looks at scripts or patterns and does not say so. */
const notYet: Pick<Context, "scripts" | "match"> = {
  match: () => {
    throw new Error("A rule that looks at matches of patterns says so: needs");
  },
  scripts: new Proxy(new Map<StepView, ScriptFacts>(), {
    get() {
      throw new Error("A rule that looks at scripts says so: needs");
    },
  }),
};

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
