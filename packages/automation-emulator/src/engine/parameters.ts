/**
 * The parameters of StartAutomationExecution against those of the document.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-syntax-data-elements-parameters.html
 */
import {
  limitProblem,
  parameterType,
  partsOf,
  type Read,
  readTexts,
  readValue,
} from "automation-language/parameters";
import { matchPatterns } from "automation-language/patterns";
import { asText, asTexts, show } from "automation-language/values";
import type { ParameterDefinition } from "./document.ts";
import { wrongParameters } from "./errors.ts";
import type { Tools } from "./tools.ts";

/** Name to list of texts, as the API has it. */
export type WireParameters = Readonly<Record<string, readonly string[]>>;

/** What stands for a text of a document, or of who starts it. `known` are the parameters that have a value by then. */
type Fill = (value: unknown, known: ReadonlyMap<string, unknown>) => unknown;

/**
 * Checks what was given, fills in the defaults, and turns texts into values of the parameters' types. A default that
 * refers to something is read after all others.
 *
 * @param fill puts values in place of references: in `given` to Parameter Store, in `defaults` to system variables and
 *   other parameters too
 * @returns the value of each parameter that has one
 * @throws AwsError InvalidAutomationExecutionParametersException that names the parameter and the rule
 */
export async function readParameters(
  tools: Pick<Tools, "python">,
  definitions: ReadonlyMap<string, ParameterDefinition>,
  given: WireParameters,
  fill: { readonly given: Fill; readonly defaults: Fill } = { given: asItIs, defaults: asItIs },
): Promise<ReadonlyMap<string, unknown>> {
  const unknown = Object.keys(given).filter((name) => !definitions.has(name));
  if (unknown.length > 0) {
    throw wrongParameters(
      `The document has no parameters of these names: [${unknown.join(", ")}].`,
    );
  }
  const missing = [...definitions]
    .filter(([name, { default: value }]) => value === undefined && !Object.hasOwn(given, name))
    .map(([name]) => name);
  if (missing.length > 0) {
    throw wrongParameters(`These required parameters are missing: [${missing.join(", ")}].`);
  }
  const values = new Map<string, unknown>();
  const refers = ([name, one]: readonly [string, ParameterDefinition]): boolean =>
    !Object.hasOwn(given, name) && asText(one.default).includes("{{");
  const all = [...definitions];
  for (const [name, definition] of [...all.filter((one) => !refers(one)), ...all.filter(refers)]) {
    const texts = Object.hasOwn(given, name) ? given[name] : undefined;
    const type = parameterType(definition);
    const value =
      texts === undefined
        ? fit(
            `parameter ${name}`,
            definition,
            readValue(type, fill.defaults(definition.default, values)),
          )
        : fit(
            `parameter ${name}`,
            definition,
            readTexts(
              type,
              filled(texts, (text) => fill.given(text, values)),
            ),
          );
    await checkPattern(tools, name, definition, value);
    values.set(name, value);
  }
  return values;
}

const asItIs: Fill = (value) => value;

const filled = (texts: readonly string[], fill: (value: unknown) => unknown): readonly string[] =>
  texts.flatMap((text) => asTexts(fill(text)));

/**
 * A value that was read, where it keeps to the limits.
 *
 * @param what what it is the value of, for the message
 * @throws AwsError
 */
export function fit(what: string, { limits }: ParameterDefinition, read: Read): unknown {
  const problem = "error" in read ? read.error : limitProblem(limits, read.value);
  if (problem !== undefined) throw wrongParameters(`The ${what} ${problem}.`);
  return "value" in read ? read.value : undefined;
}

async function checkPattern(
  { python }: Pick<Tools, "python">,
  name: string,
  { limits }: ParameterDefinition,
  value: unknown,
): Promise<void> {
  const { allowedPattern: pattern } = limits;
  if (pattern === undefined) return;
  const texts = partsOf(value);
  const results = await matchPatterns(
    texts.map((text) => ({ pattern, text })),
    { python },
  );
  for (const [at, result] of results.entries()) {
    if (result.kind === "whole") continue;
    const why =
      result.kind === "refused" || result.kind === "untranslatable"
        ? `can't be checked, as its allowedPattern ${pattern} can't be read: ${result.reason}`
        : result.kind === "slow"
          ? `can't be checked, as its allowedPattern ${pattern} took longer than ${result.seconds} s`
          : `has the value ${show(texts[at])}, which does not match its allowedPattern ${pattern}`;
    throw wrongParameters(`The parameter ${name} ${why}.`);
  }
}
