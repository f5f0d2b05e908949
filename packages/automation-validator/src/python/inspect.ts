import { type ChildProcess, spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";
import { keepAlive } from "automation-language/python";
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

/** The form of an argument. */
export type Form =
  /** `open`: there may be other keys, or not all of these. */
  | { readonly map: Readonly<Record<string, Form | null>>; readonly open: boolean }
  /** The form of all the elements. */
  | { readonly list: Form | null }
  | { readonly value: string | number | boolean }
  | { readonly kind: string };

export interface ScriptCall {
  /** boto3's name of the service. */
  readonly service: string;
  /** The client's method, or the name of a waiter. */
  readonly method: string;
  readonly line: number;
  readonly waiter: boolean;
  /** The names of the arguments; null where some can't be told. */
  readonly keywords: readonly string[] | null;
  /** The forms of the arguments; null for one that is not known. */
  readonly forms: Readonly<Record<string, Form | null>>;
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

interface Greeting {
  /** The folder of botocore's service models. */
  readonly data: string;
  /** The version of the Python that parses the scripts. */
  readonly version: readonly number[];
}

/** Facts of scripts that were looked at before, by the Python and the script. */
const inspected = new Map<string, Promise<ScriptFacts>>();

/** A running inspect_script.py. It keeps Node alive only while somebody waits for it. */
interface Inspector {
  readonly child: ChildProcess;
  readonly greeting: Promise<Greeting>;
  readonly waiting: Map<number, { answered(facts: ScriptFacts): void; failed(error: Error): void }>;
}

/** The processes of each Python. */
const inspectors = new Map<string, Inspector[]>();

/** More processes than cores only wait for each other, and each costs memory and its start. */
const MOST_PROCESSES = Math.min(4, availableParallelism());

/** A second process starts when the first has so much to do. */
const MANY = 8;

let lastId = 0;

/**
 * Starts Python where it does not run yet.
 *
 * @returns where botocore's models are, and the version of the Python
 * @throws Error when Python does not start or has no botocore
 */
export function warmUp(python: string): Promise<Greeting> {
  return (inspectors.get(python)?.[0] ?? start(python)).greeting;
}

/**
 * Looks at scripts without running them; those that were looked at before cost nothing.
 *
 * @throws Error when Python does not start
 */
export function inspectScripts(
  python: string,
  scripts: readonly Script[],
): Promise<readonly ScriptFacts[]> {
  return Promise.all(
    scripts.map((script) => {
      const key = JSON.stringify([python, script.text, script.handler, script.runtime]);
      const known = inspected.get(key) ?? inspect(python, script);
      inspected.set(key, known);
      return known;
    }),
  );
}

function inspect(python: string, script: Script): Promise<ScriptFacts> {
  const running = inspectors.get(python) ?? [];
  const [least] = [...running].sort((a, b) => a.waiting.size - b.waiting.size);
  const busy =
    least === undefined || (least.waiting.size >= MANY && running.length < MOST_PROCESSES);
  const inspector = busy ? start(python) : least;
  return new Promise((answered, failed) => {
    lastId += 1;
    inspector.waiting.set(lastId, { answered, failed });
    keepAlive(inspector.child, true);
    inspector.child.stdin?.write(`${JSON.stringify({ id: lastId, script })}\n`);
  });
}

function start(python: string): Inspector {
  // A fixed seed for hashes: the same document gets the same findings, in the same order.
  const env = Object.entries(process.env).filter(([name]) => !name.startsWith("PYTHON"));
  const child = spawn(python, ["-s", packageFile("python", "inspect_script.py")], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...Object.fromEntries(env), PYTHONHASHSEED: "0" },
  });
  let greet: (greeting: Greeting) => void = () => {};
  let refuse: (error: Error) => void = () => {};
  const greeting = new Promise<Greeting>((resolve, reject) => {
    greet = resolve;
    refuse = reject;
  });
  greeting.catch(() => {}); // Whoever awaits it hears of it.
  const inspector: Inspector = { child, greeting, waiting: new Map() };
  inspectors.set(python, [...(inspectors.get(python) ?? []), inspector]);
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaint = `${complaint}${chunk.toString()}`.slice(-2_000);
  });
  child.stdin.on("error", () => {}); // It died: its exit status and its complaint say more.
  const end = (error: Error) => {
    inspectors.set(
      python,
      (inspectors.get(python) ?? []).filter((one) => one !== inspector),
    );
    refuse(error);
    for (const { failed } of inspector.waiting.values()) failed(error);
    inspector.waiting.clear();
  };
  child.once("error", (error) =>
    end(new Error(`Python could not be started (${python}): ${error.message}`)),
  );
  child.once("close", (status) =>
    end(
      new Error(
        `inspect_script.py failed: ${complaint.trim().split("\n").at(-1) || `status ${status}`}`,
      ),
    ),
  );
  let greeted = false;
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (greeted) return settle(inspector, line);
    greeted = true;
    const { data, version } = JSON.parse(line) as { data: string | null; version: number[] };
    if (data === null) refuse(withoutBotocore(python));
    else greet({ data, version });
    if (inspector.waiting.size === 0) keepAlive(inspector.child, false);
  });
  return inspector;
}

const withoutBotocore = (python: string): Error =>
  new Error(
    `${python} has no botocore, whose service models the checks need. Install it: ${python} -m pip install botocore regex`,
  );

function settle(inspector: Inspector, line: string): void {
  const { id, facts } = JSON.parse(line) as { id: number; facts: ScriptFacts };
  const one = inspector.waiting.get(id);
  inspector.waiting.delete(id);
  if (inspector.waiting.size === 0) keepAlive(inspector.child, false);
  one?.answered(facts);
}
