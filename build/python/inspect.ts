import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { inProject } from "../root.ts";

/** The form of a value that a script returns; undefined keys of a closed map are never there. */
export interface Returned {
  readonly kinds: readonly string[];
  readonly keys: Readonly<Record<string, Returned | null>>;
  readonly closed: boolean;
  /** The texts that it may be, where it can be no other. */
  readonly values: readonly string[] | null;
  /** It is this part of an AWS response. */
  readonly response?: ResponsePart;
}

/** What a path leads to in the response of an operation; `*` is any element of a list. */
export interface ResponsePart {
  readonly service: string;
  readonly method: string;
  readonly path: readonly string[];
}

export interface ScriptCall {
  /** boto3's name of the service. */
  readonly service: string;
  /** The client's method, or the name of a waiter. */
  readonly method: string;
  readonly line: number;
  readonly waiter: boolean;
  /** The names of the arguments; null where some can't be told. */
  readonly keywords: readonly string[] | null;
}

/** What is found out about a script without running it (inspect_script.py says how). Absent parts could not be found out. */
export interface ScriptFacts {
  readonly syntaxError?: {
    readonly message: string;
    readonly line: number;
    readonly column: number;
  };
  readonly functions?: readonly string[];
  readonly names?: readonly string[];
  readonly dangers?: readonly {
    readonly name: string;
    readonly line: number;
    readonly column: number;
  }[];
  readonly handler?: {
    readonly line: number;
    readonly least: number;
    readonly most: number | null;
  } | null;
  readonly reads?: readonly {
    readonly path: readonly string[];
    readonly line: number;
    readonly column: number;
    readonly optional: boolean;
  }[];
  readonly readsUnknown?: boolean;
  /** Reads of a key in one of several maps: any of the paths may have it. */
  readonly either?: readonly {
    readonly paths: readonly (readonly string[])[];
    readonly line: number;
    readonly column: number;
  }[];
  /** Members that are read from responses of AWS. */
  readonly members?: readonly (ResponsePart & { readonly line: number })[];
  /** Keys whose value goes to AWS as it is. */
  readonly passed?: readonly {
    readonly key: string;
    readonly service: string;
    readonly method: string;
    readonly argument: string;
    readonly line: number;
  }[];
  readonly uses?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly calls?: readonly ScriptCall[];
  readonly callsUnknown?: readonly string[];
  /** The handler returns its events as they came. */
  readonly returnsEvents?: boolean;
  readonly returns?: Returned | null;
}

export interface Script {
  readonly text: string;
  readonly handler: string;
  readonly runtime: string;
}

export interface Inspection {
  /** The folder of botocore's service models. */
  readonly data: string;
  /** The version of the Python that parsed the scripts. */
  readonly version: readonly number[];
  readonly facts: readonly ScriptFacts[];
}

interface Greeting {
  readonly data: string;
  readonly version: readonly number[];
}

const greetings = new Map<string, Greeting>();
const inspected = new Map<string, ScriptFacts>();

/**
 * Inspects scripts, all in one process of Python; those that were inspected before cost nothing.
 *
 * @param onModels called with botocore's folder as soon as it is known, while the scripts are still being looked at
 * @throws Error when Python does not start or has no botocore
 */
export async function inspectScripts(
  python: string,
  scripts: readonly Script[],
  onModels: (folder: string) => void,
): Promise<Inspection> {
  const keyOf = (script: Script) => JSON.stringify([script.text, script.handler, script.runtime]);
  const fresh = [...new Map(scripts.map((script) => [keyOf(script), script]))].filter(
    ([key]) => !inspected.has(key),
  );
  let greeting = greetings.get(python);
  if (greeting === undefined || fresh.length > 0) {
    const answer = await ask(
      python,
      fresh.map(([, script]) => script),
      (line) => {
        greeting = line;
        greetings.set(python, line);
        onModels(line.data);
      },
    );
    for (const [at, [key]] of fresh.entries()) inspected.set(key, answer[at] ?? {});
  } else onModels(greeting.data);
  if (greeting === undefined) throw new Error(`${python} gave no answer about the scripts`);
  return { ...greeting, facts: scripts.map((script) => inspected.get(keyOf(script)) ?? {}) };
}

async function ask(
  python: string,
  scripts: readonly Script[],
  onGreeting: (greeting: Greeting) => void,
): Promise<readonly ScriptFacts[]> {
  const child = spawn(python, ["-E", "-s", inProject("build", "python", "inspect_script.py")], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  const failed = new Promise<never>((_, reject) => {
    child.once("error", (error) =>
      reject(new Error(`Python could not be started (${python}): ${error.message}`)),
    );
  });
  const closed = new Promise<number | null>((resolve) => child.once("close", resolve));
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  child.stdin.on("error", () => {}); // It died: its exit status and its complaint say more.
  child.stdin.end(JSON.stringify({ scripts }));
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (lines.push(line) === 1) {
      const { data, version } = JSON.parse(line) as { data: string | null; version: number[] };
      if (data !== null) onGreeting({ data, version });
    }
  });
  const status = await Promise.race([closed, failed]);
  if (status !== 0 || lines.length < 2)
    throw new Error(
      `inspect_script.py failed: ${complaint.trim().split("\n").at(-1) ?? `status ${status}`}`,
    );
  if (!lines[0]?.includes('"data": "'))
    throw new Error(
      `${python} has no botocore, whose service models the checks need. Run \`npm run setup\`.`,
    );
  return JSON.parse(lines[1] ?? "[]") as readonly ScriptFacts[];
}
