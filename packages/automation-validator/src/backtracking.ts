import type { Node } from "automation-language/javaRegex";

interface State {
  /** Steps that take no character. */
  readonly free: number[];
  readonly taking: { readonly has: (code: number) => boolean; readonly to: number }[];
}

/** Counts above this are treated as without end: backtracking feels no difference. */
const MANY = 12;
const MOST_STATES = 400;

/**
 * Whether matching may take time exponential in the length of a value: some part can be repeated along
 * two different ways over the same text, as in (a+)+. Decided on the pattern's automaton: two runs from
 * one state, over one text, that part and meet again in that state.
 *
 * @see https://owasp.org/www-community/attacks/Regular_expression_Denial_of_Service_-_ReDoS
 */
export function backtracksCatastrophically(pattern: Node): boolean {
  if (!repeatsChoices(pattern, false)) return false;
  const states: State[] = [];
  const state = (): number => states.push({ free: [], taking: [] }) - 1;
  const build = (node: Node, from: number): number => {
    if (states.length > MOST_STATES) return from;
    switch (node.kind) {
      case "empty":
        return from;
      case "chars": {
        const to = state();
        states[from]?.taking.push({ has: node.has, to });
        return to;
      }
      case "sequence":
        return node.parts.reduce((at, part) => build(part, at), from);
      case "either": {
        const end = state();
        for (const option of node.options) {
          const start = state();
          states[from]?.free.push(start);
          states[build(option, start)]?.free.push(end);
        }
        return end;
      }
      case "repeat":
        return repeat(node, from);
    }
  };
  const repeat = (node: Node & { kind: "repeat" }, from: number): number => {
    // A possessive repetition never gives back what it took.
    if (node.possessive) return from;
    const exact = node.min === node.max && node.max <= 64;
    const times = exact || node.min <= MANY ? node.min : 1;
    let at = from;
    for (let time = 0; time < times; time += 1) at = build(node.body, at);
    if (exact) return at;
    const end = state();
    if (node.max > MANY) {
      const start = state();
      states[at]?.free.push(start, end);
      const back = build(node.body, start);
      states[back]?.free.push(start, end);
    } else {
      for (let time = times; time < node.max; time += 1) {
        states[at]?.free.push(end);
        at = build(node.body, at);
      }
      states[at]?.free.push(end);
    }
    return end;
  };
  build(pattern, state());
  return states.length <= MOST_STATES && ambiguousLoop(states);
}

/** Whether a long repetition has a repetition or a choice inside: without one there is only one way. */
function repeatsChoices(node: Node, repeated: boolean): boolean {
  switch (node.kind) {
    case "chars":
    case "empty":
      return false;
    case "sequence":
      return node.parts.some((part) => repeatsChoices(part, repeated));
    case "either":
      return repeated || node.options.some((option) => repeatsChoices(option, repeated));
    case "repeat":
      return (
        (repeated && node.min !== node.max) ||
        repeatsChoices(node.body, repeated || node.max > MANY)
      );
  }
}

/** The characters that are told apart: a sample of each is enough. */
const samples = [...Array.from({ length: 128 }, (_, code) => code), 0xe9, 0x4e2d];

function ambiguousLoop(states: readonly State[]): boolean {
  const moves = states.map((_, from) => movesOf(states, from));
  return states.some((_, from) => (moves[from]?.length ?? 0) > 0 && looped(from, moves));
}

interface Move {
  readonly has: (code: number) => boolean;
  readonly to: number;
}

/** Moves over one character, after steps that take none; a way that is there twice counts twice. */
function movesOf(states: readonly State[], from: number): Move[] {
  const moves: Move[] = [];
  const walk = (at: number, seen: ReadonlySet<number>): void => {
    for (const move of states[at]?.taking ?? []) moves.push(move);
    for (const next of states[at]?.free ?? [])
      if (!seen.has(next) && moves.length < 200) walk(next, new Set([...seen, next]));
  };
  walk(from, new Set([from]));
  return moves;
}

/** Whether two different runs lead from a state over the same text back to it. */
function looped(start: number, moves: readonly (readonly Move[])[]): boolean {
  const seen = new Set<string>();
  const open: [number, number, boolean][] = [[start, start, false]];
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    const [left, right, parted] = pair;
    for (const [i, one] of (moves[left] ?? []).entries())
      for (const [j, other] of (moves[right] ?? []).entries()) {
        if (!samples.some((code) => one.has(code) && other.has(code))) continue;
        const now = parted || (left === right && i !== j) || one.to !== other.to;
        if (now && one.to === start && other.to === start) return true;
        const key = `${one.to},${other.to},${now}`;
        if (seen.has(key)) continue;
        seen.add(key);
        open.push([one.to, other.to, now]);
      }
  }
  return false;
}
