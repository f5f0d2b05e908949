/** Which findings are told: by the command line and by a configuration file. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { Ajv } from "ajv";
import { globSync } from "tinyglobby";
import { parse } from "yaml";
import { knownIds } from "./check.ts";
import type { Finding } from "./finding.ts";
import { covers } from "./ignores.ts";

export const CONFIGURATION = ".automation-validate.yaml";

export interface Ignore {
  /** The id of a rule, or the letters that a family of ids begins with. */
  readonly rule: string;
  /** Absolute paths of the files for which it holds; all where it is left out. */
  readonly files?: ReadonlySet<string>;
  /** Where it was said, for people. */
  readonly from: string;
}

export interface Settings {
  readonly only: readonly string[];
  readonly ignore: readonly Ignore[];
  readonly hints: boolean;
}

interface Configuration {
  readonly only?: readonly string[];
  readonly ignore?: readonly {
    readonly rule: string;
    readonly reason: string;
    readonly files?: readonly string[];
  }[];
  readonly hints?: boolean;
}

const validate = new Ajv({ allErrors: true }).compile<Configuration>({
  type: "object",
  additionalProperties: false,
  properties: {
    only: { type: "array", items: { type: "string" } },
    hints: { type: "boolean" },
    ignore: {
      type: "array",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["rule", "reason"],
        properties: {
          rule: { type: "string" },
          reason: { type: "string", minLength: 1 },
          files: { type: "array", minItems: 1, items: { type: "string" } },
        },
      },
    },
  },
});

/** What is wrong with what a person asked for, as a sentence. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/**
 * The settings of a configuration file; empty ones where there is none.
 *
 * @param file the file that was asked for, or undefined for the nearest one at or above the folder
 * @throws SettingsError for a file that can't be read or says something that is not known
 */
export function readConfiguration(file: string | undefined, folder: string): Settings {
  const path = file === undefined ? nearest(folder) : resolve(folder, file);
  if (path === undefined) return { only: [], ignore: [], hints: false };
  const value = readYaml(path);
  if (!validate(value)) {
    const [error] = validate.errors ?? [];
    const extra = error?.params.additionalProperty;
    throw new SettingsError(
      `${path}: ${error?.instancePath || "the file"} ${error?.message ?? "is wrong"}${extra === undefined ? "" : ` (${String(extra)})`}. It may hold only, ignore (rule, reason, files) and hints.`,
    );
  }
  const { only = [], ignore = [], hints = false } = value;
  checkIds([...only, ...ignore.map(({ rule }) => rule)], path);
  return {
    only,
    hints,
    ignore: ignore.map(({ rule, files }) => ({
      rule,
      from: path,
      ...(files !== undefined && { files: new Set(filesOf(files, dirname(path))) }),
    })),
  };
}

const filesOf = (patterns: readonly string[], cwd: string): string[] =>
  globSync([...patterns], { cwd, absolute: true, dot: true }).map((one) => resolve(one));

function readYaml(path: string): unknown {
  try {
    return parse(readFileSync(path, "utf8")) ?? {};
  } catch (error) {
    throw new SettingsError(
      `${path} can't be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function nearest(folder: string): string | undefined {
  const path = join(folder, CONFIGURATION);
  if (existsSync(path)) return path;
  const parent = dirname(folder);
  return parent === folder ? undefined : nearest(parent);
}

/** @throws SettingsError for an id that no rule has */
export function checkIds(ids: readonly string[], from: string): void {
  const wrong = ids.find((one) => !knownIds.some((known) => covers(one, known)));
  if (wrong !== undefined)
    throw new SettingsError(
      `${from}: there is no rule ${wrong}. \`automation-validate --rules\` lists them.`,
    );
}

/** Keeps the findings that are asked for, and notes in `hit` the ignores that silenced one. */
export function selectFindings(
  findings: readonly Finding[],
  path: string,
  { only, ignore, hints }: Settings,
  hit: Set<Ignore>,
): Finding[] {
  return findings.filter(({ id, severity }) => {
    const silenced = ignore.filter(
      ({ rule, files }) => covers(rule, id) && (files === undefined || files.has(path)),
    );
    for (const one of silenced) hit.add(one);
    if (silenced.length > 0 || (severity === "hint" && !hints)) return false;
    return only.length === 0 || only.some((one) => covers(one, id));
  });
}
