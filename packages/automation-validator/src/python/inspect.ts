import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { packageFile } from "../files.ts";

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
  /** Names that the script uses and nothing gives. */
  readonly undefined?: readonly {
    readonly name: string;
    readonly line: number;
    readonly column: number;
  }[];
  readonly handler?: {
    readonly line: number;
    readonly least: number;
    readonly most: number | null;
    /** Its call gives a coroutine, and nothing runs. */
    readonly lazy: boolean;
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

const greetings = new Map<string, Promise<Greeting>>();
const inspected = new Map<string, ScriptFacts>();

/** A running inspect_script.py that has said hello or will, and waits for its scripts. */
interface Inspector {
  readonly greeting: Promise<Greeting>;
  ask(scripts: readonly Script[]): Promise<readonly ScriptFacts[]>;
}

const waiting = new Map<string, Inspector>();

/**
 * Starts Python, so that it is ready when the document is parsed. Costs nothing where it was started
 * before and has not been used yet.
 */
export function warmUp(python: string): void {
  if (greetings.has(python)) return;
  const inspector = start(python);
  waiting.set(python, inspector);
  greetings.set(python, inspector.greeting);
  // Whoever awaits it hears of a failure; without this, Node would end the process before.
  inspector.greeting.catch(() => {});
}

/** Ends a Python that was started for nothing. */
export function letGo(python: string): void {
  waiting
    .get(python)
    ?.ask([])
    .catch(() => {});
  waiting.delete(python);
}

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
  warmUp(python);
  const ready = waiting.get(python);
  waiting.delete(python);
  const inspector = ready ?? (fresh.length > 0 ? start(python) : undefined);
  const asked = inspector?.ask(fresh.map(([, script]) => script));
  asked?.catch(() => {}); // Awaited below, after the greeting.
  const greeting = await (inspector?.greeting ?? greetings.get(python));
  if (greeting === undefined) throw new Error(`${python} gave no answer about the scripts`);
  onModels(greeting.data);
  const answer = (await asked) ?? [];
  for (const [at, [key]] of fresh.entries()) inspected.set(key, answer[at] ?? {});
  return { ...greeting, facts: scripts.map((script) => inspected.get(keyOf(script)) ?? {}) };
}

function start(python: string): Inspector {
  // A fixed seed for hashes: the same document gets the same findings, in the same order.
  const env = Object.entries(process.env).filter(([name]) => !name.startsWith("PYTHON"));
  const child = spawn(python, ["-s", packageFile("python", "inspect_script.py")], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...Object.fromEntries(env), PYTHONHASHSEED: "0" },
  });
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  child.stdin.on("error", () => {}); // It died: its exit status and its complaint say more.
  const lines: string[] = [];
  let greet: (greeting: Greeting) => void = () => {};
  let refuse: (error: Error) => void = () => {};
  const greeting = new Promise<Greeting>((resolve, reject) => {
    greet = resolve;
    refuse = reject;
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.once("error", (error) =>
      reject(new Error(`Python could not be started (${python}): ${error.message}`)),
    );
    child.once("close", (status) => {
      if (status === 0 && lines.length >= 2) resolve();
      else
        reject(
          new Error(
            `inspect_script.py failed: ${complaint.trim().split("\n").at(-1) || `status ${status}`}`,
          ),
        );
    });
  });
  ended.catch(refuse);
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (lines.push(line) > 1) return;
    const { data, version } = JSON.parse(line) as { data: string | null; version: number[] };
    if (data !== null) greet({ data, version });
    else
      refuse(
        new Error(
          `${python} has no botocore, whose service models the checks need. Run \`npm run setup\`.`,
        ),
      );
  });
  return {
    greeting,
    async ask(scripts) {
      child.stdin.end(JSON.stringify({ scripts }));
      await ended;
      return JSON.parse(lines[1] ?? "[]") as readonly ScriptFacts[];
    },
  };
}
