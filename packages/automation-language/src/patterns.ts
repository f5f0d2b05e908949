/**
 * Whether a text matches an allowedPattern, a regular expression of Java's. Python's `regex` package does the matching,
 * in a process of its own that lives as long as it is asked, with a time limit for each text.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-syntax-data-elements-parameters.html
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { packageFile } from "./files.ts";
import { JavaRegexError, parseJavaRegex, UntranslatableRegexError } from "./javaRegex.ts";
import { findPython, keepAlive } from "./python.ts";

export interface PatternTest {
  /** In Java's syntax. */
  readonly pattern: string;
  readonly text: string;
}

export type PatternResult =
  /** `part`: the pattern is found in the text, which holds more besides. */
  | { readonly kind: "whole" | "part" | "none" }
  /** Java does not read the pattern; `reason` is a clause. */
  | { readonly kind: "refused"; readonly reason: string }
  /** Java reads the pattern, and this library can't; `reason` names what. */
  | { readonly kind: "untranslatable"; readonly reason: string }
  /** The matching took longer than the limit. */
  | { readonly kind: "slow"; readonly seconds: number };

export interface PatternOptions {
  /** The Python that has the `regex` package; findPython() where it is left out. */
  readonly python?: string;
  /** The time for one text, in seconds. */
  readonly seconds?: number;
}

/** Matching a value of some hundred characters takes microseconds. */
export const PATTERN_SECONDS = 1;

/**
 * How each text fares with its pattern, in the order of the tests. A pattern that takes too long keeps none of the
 * others waiting for longer than its limit.
 *
 * @throws Error where Python can't be started or lacks the `regex` package
 */
export async function matchPatterns(
  tests: readonly PatternTest[],
  { python = findPython(), seconds = PATTERN_SECONDS }: PatternOptions = {},
): Promise<PatternResult[]> {
  return Promise.all(
    tests.map(async ({ pattern, text }): Promise<PatternResult> => {
      const translated = translatePattern(pattern);
      if (translated.kind !== "python") return translated;
      return ask(python, { pattern: translated.pattern, text, seconds });
    }),
  );
}

/** A pattern of Java's in the syntax of Python's `regex`, or why there is none. */
export function translatePattern(
  pattern: string,
):
  | { readonly kind: "python"; readonly pattern: string }
  | { readonly kind: "refused" | "untranslatable"; readonly reason: string } {
  try {
    return { kind: "python", pattern: parseJavaRegex(pattern).python };
  } catch (error) {
    if (error instanceof UntranslatableRegexError)
      return { kind: "untranslatable", reason: `${error.message} has no counterpart here` };
    if (error instanceof JavaRegexError) return { kind: "refused", reason: error.message };
    if (error instanceof RangeError)
      return { kind: "untranslatable", reason: "it is nested too deeply" };
    throw error;
  }
}

interface Request {
  readonly pattern: string;
  readonly text: string;
  readonly seconds: number;
}

interface Answer {
  readonly id: number;
  readonly match?: "whole" | "part" | "none";
  readonly slow?: true;
  readonly error?: string;
}

interface Waiting {
  readonly request: Request;
  /** When it must be answered, in milliseconds since 1970. */
  readonly due: number;
  readonly answered: (result: PatternResult) => void;
  readonly failed: (error: Error) => void;
}

/** A running patterns.py. It keeps Node alive only while somebody waits for it. */
interface Matcher {
  readonly child: ChildProcess;
  readonly waiting: Map<number, Waiting>;
}

const matchers = new Map<string, Matcher>();
let lastId = 0;

/** Two matchings, whole and part, and the time of a Python's start on a busy machine. */
const dueIn = (seconds: number): number => seconds * 2_000 + 20_000;

function ask(python: string, request: Request): Promise<PatternResult> {
  return new Promise((answered, failed) => {
    send(python, { request, due: Date.now() + dueIn(request.seconds), answered, failed });
  });
}

function send(python: string, one: Waiting): void {
  const matcher = matchers.get(python) ?? start(python);
  lastId += 1;
  const id = lastId;
  matcher.waiting.set(id, one);
  keepAlive(matcher.child, true);
  matcher.child.stdin?.write(`${JSON.stringify({ id, ...one.request })}\n`);
  const timer = setTimeout(
    () => {
      if (matcher.waiting.has(id)) giveUp(python, matcher);
    },
    Math.max(0, one.due - Date.now()),
  );
  timer.unref();
}

/** The package did not keep its time limit: what is overdue is slow, the rest goes to a new process. */
function giveUp(python: string, matcher: Matcher): void {
  const all = [...matcher.waiting.values()];
  matcher.waiting.clear();
  matchers.delete(python);
  matcher.child.kill("SIGKILL");
  for (const one of all)
    if (one.due <= Date.now()) one.answered({ kind: "slow", seconds: one.request.seconds });
    else send(python, one);
}

function start(python: string): Matcher {
  const child = spawn(python, ["-s", packageFile("patterns.py")], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  const matcher: Matcher = { child, waiting: new Map() };
  matchers.set(python, matcher);
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaint = `${complaint}${chunk.toString()}`.slice(-2_000);
  });
  child.stdin.on("error", () => {}); // It died: how it ended says more.
  const end = (reason: string) => {
    if (matchers.get(python) === matcher) matchers.delete(python);
    for (const one of matcher.waiting.values()) one.failed(new Error(reason));
    matcher.waiting.clear();
  };
  child.once("error", (error) => end(`Python could not be started (${python}): ${error.message}`));
  child.once("close", () => end(endedBecause(python, complaint)));
  createInterface({ input: child.stdout }).on("line", (line) => {
    settle(matcher, JSON.parse(line) as Answer);
  });
  return matcher;
}

const endedBecause = (python: string, complaint: string): string =>
  /No module named '?regex/.test(complaint)
    ? `${python} has no package regex, which matches allowedPattern. Install it: ${python} -m pip install regex`
    : `The matching of patterns ended: ${complaint.trim().split("\n").at(-1) ?? "no reason given"}`;

function settle(matcher: Matcher, answer: Answer): void {
  const one = matcher.waiting.get(answer.id);
  matcher.waiting.delete(answer.id);
  if (matcher.waiting.size === 0) keepAlive(matcher.child, false);
  one?.answered(resultOf(answer, one.request));
}

function resultOf({ match, slow, error }: Answer, { seconds }: Request): PatternResult {
  if (match !== undefined) return { kind: match };
  if (slow) return { kind: "slow", seconds };
  return { kind: "untranslatable", reason: error ?? "no reason given" };
}
