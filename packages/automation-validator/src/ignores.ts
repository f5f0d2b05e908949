/**
 * Comments that silence rules at a place:
 *
 *     # automation-validate-ignore: REF07 the console shows this output
 *
 * At the end of a line the comment holds for what begins on that line; on a line of its own for what the next line
 * begins, with all that is indented below it; before the first line of the document for the whole of it.
 */
import type { Finding } from "./finding.ts";
import { type ToolRule, UNUSED_IGNORE, WRONG_IGNORE } from "./toolRules.ts";

interface Ignore {
  readonly ids: readonly string[];
  readonly reason: string;
  /** The place of the comment, 1-based. */
  readonly line: number;
  readonly column: number;
  readonly endColumn: number;
  /** The lines for which it holds, 1-based, both included. */
  readonly from: number;
  readonly to: number;
}

const comment = /(^|\s)(#\s*automation-validate-ignore:(.*))$/;
const id = /^[A-Z]+\d*$/;

/**
 * Takes away the findings that comments silence, and adds what is wrong with the comments.
 *
 * @param known the ids that there are
 */
export function applyIgnores(
  findings: readonly Finding[],
  text: string,
  file: string,
  known: readonly string[],
): Finding[] {
  if (!text.includes("automation-validate-ignore:")) return [...findings];
  const lines = text.split(/\r?\n/);
  const ignores = ignoresIn(lines);
  const used = new Set<string>();
  const kept = findings.filter((finding) => {
    const hits = ignores.filter(
      ({ ids, from, to }) =>
        finding.line >= from && finding.line <= to && ids.some((one) => covers(one, finding.id)),
    );
    for (const hit of hits)
      for (const one of hit.ids) if (covers(one, finding.id)) used.add(`${hit.line} ${one}`);
    return hits.length === 0;
  });
  const told = ignores.flatMap((ignore) =>
    complaints(ignore, known, used).map(([rule, message]) =>
      findingOf(rule, message, ignore, lines, file),
    ),
  );
  return [...kept, ...told];
}

/** Whether an id, or the letters that a family of ids begins with, means a rule. */
export const covers = (chosen: string, ruleId: string): boolean =>
  chosen === ruleId || (/^[A-Z]+$/.test(chosen) && ruleId.replace(/\d+$/, "") === chosen);

function ignoresIn(lines: readonly string[]): Ignore[] {
  const first = lines.findIndex((line) => !isBlank(line));
  return lines.flatMap((text, at): Ignore[] => {
    const found = comment.exec(text);
    if (!found) return [];
    const words = (found[3] ?? "").trim().split(/\s+/);
    const count = words.findIndex((word) => !id.test(word.replace(/,$/, "")));
    const ids = (count < 0 ? words : words.slice(0, count)).map((word) => word.replace(/,$/, ""));
    const column = found.index + (found[1] ?? "").length + 1;
    const place = { line: at + 1, column, endColumn: column + (found[2] ?? "").length };
    return [
      {
        ids,
        reason: count < 0 ? "" : words.slice(count).join(" "),
        ...place,
        ...rangeOf(lines, at, first),
      },
    ];
  });
}

const isBlank = (line: string): boolean => /^\s*(#.*)?$/.test(line) || line.trim() === "---";
const indentOf = (line: string): number => line.length - line.trimStart().length;

function rangeOf(
  lines: readonly string[],
  at: number,
  first: number,
): { from: number; to: number } {
  if (!isBlank(lines[at] ?? "")) return { from: at + 1, to: at + 1 };
  if (at < first) return { from: 1, to: lines.length };
  const next = lines.findIndex((line, index) => index > at && !isBlank(line));
  if (next < 0) return { from: at + 1, to: at + 1 };
  const indent = indentOf(lines[next] ?? "");
  const end = lines.findIndex(
    (line, index) => index > next && !isBlank(line) && indentOf(line) <= indent,
  );
  return { from: next + 1, to: end < 0 ? lines.length : end };
}

function* named(
  { ids, line }: Ignore,
  known: readonly string[],
  used: ReadonlySet<string>,
): Iterable<readonly [ToolRule, string]> {
  for (const one of ids) {
    const meant = known.filter((other) => covers(one, other));
    if (meant.length === 0) yield [WRONG_IGNORE, `There is no rule ${one}`];
    else if (!used.has(`${line} ${one}`))
      yield [UNUSED_IGNORE, `Nothing here is found by ${one}: remove the comment`];
  }
}

function complaints(
  ignore: Ignore,
  known: readonly string[],
  used: ReadonlySet<string>,
): (readonly [ToolRule, string])[] {
  const form = "Write it as: # automation-validate-ignore: REF07 reason";
  if (ignore.ids.length === 0) return [[WRONG_IGNORE, `The comment names no rule. ${form}`]];
  const reason: (readonly [ToolRule, string])[] =
    ignore.reason === "" ? [[WRONG_IGNORE, `The comment gives no reason. ${form}`]] : [];
  return [...reason, ...named(ignore, known, used)];
}

const findingOf = (
  { id: ruleId, severity }: ToolRule,
  message: string,
  { line, column, endColumn }: Ignore,
  lines: readonly string[],
  file: string,
): Finding => ({
  id: ruleId,
  severity,
  path: "",
  line,
  column,
  endLine: line,
  endColumn,
  excerpt: lines[line - 1] ?? "",
  message,
  file,
});
