import { accountIdPattern } from "automation-language/arn";
import { InvalidArgumentError } from "commander";
import { isRunId } from "../acceptance/runId.ts";
import { isAccountOrUnit, isRegion } from "../common/config.ts";
import { ERRORS, INSTANCE, RATE } from "../operate/request.ts";

/** Parsers of option values. Each says what the value must be; commander says which option it was. */

const must = (sentence: string): never => {
  throw new InvalidArgumentError(sentence);
};

/** Seconds between two looks: more often, Systems Manager would throttle. */
export function seconds(text: string): number {
  const value = Number(text);
  return text.trim() !== "" && value >= 0.1 && value <= 3600
    ? value
    : must("It must be a number of seconds from 0.1 to 3600.");
}

export const region = (text: string): string =>
  isRegion(text)
    ? text
    : must(`${shown(text)} is not the name of an AWS Region; write it as us-east-1.`);

export const regions = (text: string): readonly string[] => list(text).map(region);

export const moreRegions = (text: string, before: readonly string[]): readonly string[] => [
  ...new Set([...before, ...regions(text)]),
];

/** @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetAutomationExecution.html */
export const executionId = (text: string): string =>
  /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
    ? text
    : must(
        `${shown(text)} is not the id of an execution, such as 01234567-89ab-4cde-8f01-23456789abcd.`,
      );

export const executionIds = (text: string): readonly string[] => list(text).map(executionId);

/** A text that is not empty. */
export const given = (text: string): string =>
  text.trim() === "" ? must("It must not be empty.") : text;

/** Values separated by commas, none of them empty, each once: nothing is to be listed, or started, twice. */
export function list(text: string): readonly string[] {
  const items = text.split(",").map((item) => item.trim());
  return items.every((item) => item !== "")
    ? [...new Set(items)]
    : must("It must be one value, or several separated by commas, none of them empty.");
}

export const moreOf = (text: string, before: readonly string[]): readonly string[] => [
  ...new Set([...before, ...list(text)]),
];

export const accountId = (text: string): string =>
  accountIdPattern.test(text) ? text : must(`${shown(text)} is not an account id of 12 digits.`);

/** The id of a run of npm run acceptance. */
export const runId = (text: string): string =>
  isRunId(text) ? text : must(`${shown(text)} is not the id of a run, such as 20261125-0a1b2c3d.`);

/** Account ids or organizational units. */
export const accountsOrUnits = (text: string): readonly string[] =>
  list(text).map((item) =>
    isAccountOrUnit(item)
      ? item
      : must(
          `${shown(item)} is neither an account id of 12 digits nor an organizational unit (ou-…).`,
        ),
  );

/** `NAME=VALUE` parameters of a document; undefined before the first. */
export function parameters(
  text: string,
  before: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> {
  const [, name, value] = /^(\w+)=([\s\S]+)$/.exec(text) ?? [];
  return name !== undefined && value !== undefined
    ? { ...before, [name]: value }
    : must("Write it as NAME=VALUE, such as FindingId=4711.");
}

/** `KEY=VALUE` settings over those of cdk.json. */
export function settings(text: string, before: readonly string[]): readonly string[] {
  const at = text.indexOf("=");
  if (at < 1) must("Write it as documentName=MyRunbook.");
  if (text.slice(at + 1).trim() === "")
    must(`${text.slice(0, at)} has no value; leave it out to keep what cdk.json says.`);
  return [...before, text];
}

export const instanceId = (text: string): string =>
  INSTANCE.test(text) ? text : must("An instance id is i- and 17 (or 8) hexadecimal digits.");

export const tag = (text: string): string =>
  text.indexOf("=") < 1 ? must("Write it as KEY=VALUE.") : text;

/** How many at the same time. @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartAutomationExecution.html */
export const concurrency = (text: string): string =>
  RATE.test(text) ? text : must("It must be a number from 1, or a percentage such as 10%.");

/** How many failures. @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartAutomationExecution.html */
export const failures = (text: string): string =>
  ERRORS.test(text) ? text : must("It must be a number from 0, or a percentage such as 10%.");

/** A JSON list of rules, as text. */
export function rules(text: string): string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    must(`It is not JSON (${error instanceof Error ? error.message : error}).`);
  }
  const wrong = Array.isArray(parsed) ? parsed.findIndex((rule) => !isRule(rule)) : 0;
  return wrong < 0
    ? text
    : must(
        `${Array.isArray(parsed) ? `Rule ${wrong + 1} has other keys than Cidr, IpProtocol, FromPort and ToPort, or lacks one. ` : ""}It must be a JSON list of rules: '[{"Cidr": "192.0.2.10/32", "IpProtocol": "tcp", "FromPort": "22", "ToPort": "22"}]'.`,
      );
}

/** Whether it has the keys of a rule, and no others; a rule for all protocols has no ports. */
const isRule = (rule: unknown): boolean =>
  typeof rule === "object" &&
  rule !== null &&
  /^Cidr,(?:FromPort,)?IpProtocol(?:,ToPort)?$/.test(Object.keys(rule).sort().join());

/** A version of a document. @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartAutomationExecution.html */
export const documentVersion = (text: string): string =>
  /^(?:\$LATEST|\$DEFAULT|[1-9][0-9]*)$/.test(text)
    ? text
    : must("A version is a number from 1, $DEFAULT or $LATEST.");

const shown = (text: string): string => (text === "" ? "An empty text" : text);
