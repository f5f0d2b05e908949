/**
 * Reads regular expressions as java.util.regex.Pattern does, which Automation uses for allowedPattern.
 *
 * @see https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/util/regex/Pattern.html
 */
export type Node =
  /** `code`: it takes this one character only. */
  | { readonly kind: "chars"; readonly has: (code: number) => boolean; readonly code?: number }
  | { readonly kind: "sequence"; readonly parts: readonly Node[] }
  | { readonly kind: "either"; readonly options: readonly Node[] }
  | {
      readonly kind: "repeat";
      readonly body: Node;
      readonly min: number;
      readonly max: number;
      readonly possessive: boolean;
    }
  /** An anchor, a look-around, a back reference: takes no characters, or what is not followed here. */
  | { readonly kind: "empty" };

const NO_COUNT = "begins no repetition; write \\{ for the character";

export class JavaRegexError extends Error {}

type Chars = (code: number) => boolean;

const range =
  (from: number, to: number): Chars =>
  (code) =>
    code >= from && code <= to;
const digit = range(48, 57);
const word: Chars = (code) =>
  digit(code) || range(65, 90)(code) || range(97, 122)(code) || code === 95;
const space: Chars = (code) => code === 32 || (code >= 9 && code <= 13);
const not =
  (chars: Chars): Chars =>
  (code) =>
    !chars(code);
const classes: Readonly<Record<string, Chars>> = {
  d: digit,
  D: not(digit),
  w: word,
  W: not(word),
  s: space,
  S: not(space),
  h: (code) => code === 32 || code === 9,
  H: not((code) => code === 32 || code === 9),
  v: range(10, 13),
  V: not(range(10, 13)),
};
const properties: Readonly<Record<string, Chars>> = {
  Lower: range(97, 122),
  Upper: range(65, 90),
  Alpha: (code) => range(65, 90)(code) || range(97, 122)(code),
  Digit: digit,
  Alnum: (code) => word(code) && code !== 95,
  Punct: (code) => code > 32 && code < 127 && (!word(code) || code === 95),
  Space: space,
  ASCII: range(0, 127),
};

/**
 * @throws JavaRegexError with what Java would refuse
 */
export function parseJavaRegex(pattern: string): Node {
  const reader = new Reader(pattern);
  const node = reader.alternatives();
  if (!reader.done()) throw new JavaRegexError("a ) has no ( before it");
  return node;
}

class Reader {
  private at = 0;
  private readonly names = new Set<string>();
  constructor(private readonly text: string) {}

  done(): boolean {
    return this.at >= this.text.length;
  }

  private peek(length = 1): string {
    return this.text.slice(this.at, this.at + length);
  }

  private take(text: string): boolean {
    if (!this.text.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  private match(regex: RegExp): RegExpExecArray | undefined {
    const sticky = new RegExp(regex.source, "y");
    sticky.lastIndex = this.at;
    const found = sticky.exec(this.text);
    if (found) this.at += found[0].length;
    return found ?? undefined;
  }

  alternatives(): Node {
    const options = [this.sequence()];
    while (this.take("|")) options.push(this.sequence());
    return options.length === 1 && options[0] ? options[0] : { kind: "either", options };
  }

  private sequence(): Node {
    const parts: Node[] = [];
    while (!this.done() && this.peek() !== "|" && this.peek() !== ")")
      parts.push(this.quantified());
    return { kind: "sequence", parts };
  }

  private quantified(): Node {
    let body = this.atom();
    let regex = /\{(\d+)(,?)(\d*)\}|[*+?]/;
    for (;;) {
      const more = this.repetition(body, regex);
      if (more === undefined) break;
      body = more;
      // Java takes a count after a count, and nothing else after a repetition.
      regex = /\{(\d+)(,?)(\d*)\}/;
    }
    if (/[*+?]/.test(this.peek()))
      throw new JavaRegexError(`the ${this.peek()} at ${this.at + 1} has nothing to repeat`);
    return body;
  }

  private repetition(body: Node, regex: RegExp): Node | undefined {
    const counted = this.match(regex);
    if (!counted) {
      if (this.peek() === "{") throw new JavaRegexError(`the { at ${this.at + 1} ${NO_COUNT}`);
      return undefined;
    }
    const [sign, low, comma, high] = counted;
    const min = low === undefined ? (sign === "+" ? 1 : 0) : Number(low);
    const open = low === undefined ? sign !== "?" : comma === "," && high === "";
    const max = open ? Number.POSITIVE_INFINITY : low === undefined ? 1 : high ? Number(high) : min;
    if (max < min)
      throw new JavaRegexError(`${sign} repeats at least ${min} and at most ${max} times`);
    const possessive = this.take("+");
    if (!possessive) this.take("?");
    return { kind: "repeat", body, min, max, possessive };
  }

  private atom(): Node {
    if (this.take("(")) return this.group();
    if (this.take("[")) return { kind: "chars", has: this.charClass() };
    if (this.take("^") || this.take("$")) return { kind: "empty" };
    if (this.take(".")) return { kind: "chars", has: (code) => code !== 10 };
    if (this.take("\\")) return this.escape(false);
    const char = this.peek();
    if (/[*+?]/.test(char))
      throw new JavaRegexError(`the ${char} at ${this.at + 1} has nothing to repeat`);
    // Java takes a count of nothing.
    if (/^\{\d+,?\d*\}/.test(this.text.slice(this.at))) return { kind: "empty" };
    if (char === "{") throw new JavaRegexError(`the { at ${this.at + 1} ${NO_COUNT}`);
    this.at += 1;
    return exactly(char);
  }

  private group(): Node {
    const flags = this.match(/\?[a-zA-Z]*(?:-[a-zA-Z]+)?\)/);
    if (flags) return { kind: "empty" };
    const look = this.match(/\?<?[=!]/);
    const named = look ? undefined : this.match(/\?<([^>]*)>/);
    if (named) {
      const name = named[1] ?? "";
      if (!/^[a-zA-Z][a-zA-Z0-9]*$/.test(name))
        throw new JavaRegexError(`${name} is no name for a group: letters and digits are`);
      if (this.names.has(name)) throw new JavaRegexError(`there are two groups ${name}`);
      this.names.add(name);
    }
    const plain = look || named || this.match(/\?(?:>|[a-zA-Z]*(?:-[a-zA-Z]+)?:)/);
    if (!plain && this.peek() === "?")
      throw new JavaRegexError(`(${this.peek(3)} begins no group that Java knows`);
    const inside = this.alternatives();
    if (!this.take(")")) throw new JavaRegexError("a ( has no )");
    // What a group takes as one, (?>…), it never gives back.
    if (plain && plain[0] === "?>")
      return { kind: "repeat", body: inside, min: 1, max: 1, possessive: true };
    return look ? { kind: "empty" } : inside;
  }

  private escape(inClass: boolean): Node {
    const char = this.peek();
    if (char === "") throw new JavaRegexError("it ends with a single \\");
    this.at += 1;
    const known = classes[char];
    if (known) return { kind: "chars", has: known };
    if (char === "p" || char === "P") {
      const name = this.match(/\{([^}]+)\}|([A-Z])/);
      if (!name) throw new JavaRegexError(`\\${char} lacks the name of a property`);
      const has = properties[name[1] ?? ""] ?? (() => true);
      return { kind: "chars", has: char === "p" ? has : not(has) };
    }
    if (char === "Q" && !inClass) {
      const end = this.text.indexOf("\\E", this.at);
      const quoted = this.text.slice(this.at, end < 0 ? undefined : end);
      this.at = end < 0 ? this.text.length : end + 2;
      return { kind: "sequence", parts: [...quoted].map(exactly) };
    }
    if (/[bBAGzZ]/.test(char) && !inClass) return { kind: "empty" };
    if (/[1-9]/.test(char) && !inClass) return { kind: "empty" };
    if (char === "k" && !inClass) {
      const name = this.match(/<([a-zA-Z][a-zA-Z0-9]*)>/)?.[1];
      if (name === undefined || !this.names.has(name))
        throw new JavaRegexError(`\\k names no group before it`);
      return { kind: "empty" };
    }
    if (char === "R" || char === "X") return { kind: "chars", has: () => true };
    const controls: Readonly<Record<string, number>> = { t: 9, n: 10, r: 13, f: 12, a: 7, e: 27 };
    const control = controls[char];
    if (control !== undefined)
      return { kind: "chars", has: (code) => code === control, code: control };
    if (char === "x" || char === "u" || char === "0" || char === "c") {
      const digits = this.match(
        {
          x: /[0-9a-fA-F]{2}|\{[0-9a-fA-F]+\}/,
          u: /[0-9a-fA-F]{4}/,
          "0": /[0-3]?[0-7]{1,2}/,
          c: /[\s\S]/,
        }[char],
      );
      if (!digits) throw new JavaRegexError(`\\${char} lacks its digits`);
      const code =
        char === "c"
          ? digits[0].charCodeAt(0) ^ 64
          : Number.parseInt(digits[0].replace(/[{}]/g, ""), char === "0" ? 8 : 16);
      return { kind: "chars", has: (one) => one === code, code };
    }
    if (/[a-zA-Z]/.test(char)) throw new JavaRegexError(`\\${char} is no escape that Java knows`);
    return exactly(char);
  }

  /** Java's classes nest and intersect: [a-z&&[^b]]; [] and [^] are not empty classes but unfinished ones. */
  private charClass(): Chars {
    const negated = this.take("^");
    let whole: Chars | undefined;
    let members: Chars[] = [];
    const close = () => {
      const parts = members;
      const united: Chars = (code) => parts.some((has) => has(code));
      const before = whole;
      whole = before ? (code) => before(code) && united(code) : united;
      members = [];
    };
    for (let first = true; first || this.peek() !== "]"; first = false) {
      if (this.done()) throw new JavaRegexError("a [ has no ]; write \\[ for the character");
      if (this.take("&&")) close();
      else if (this.take("[")) members.push(this.charClass());
      else members.push(this.member());
    }
    this.at += 1;
    close();
    const has: Chars = whole ?? (() => false);
    return negated ? not(has) : has;
  }

  private member(): Chars {
    const start = this.single();
    if (typeof start !== "number") return start;
    if (this.peek() !== "-" || this.peek(2) === "-]" || this.peek(2) === "-[")
      return range(start, start);
    this.at += 1;
    const from = this.at;
    const end = this.single();
    if (typeof end !== "number")
      throw new JavaRegexError(
        `a range can't end in a class (${this.text.slice(from - 2, this.at)})`,
      );
    if (end < start)
      throw new JavaRegexError(
        `the range ${this.text.slice(from - 2, this.at)} is the wrong way round`,
      );
    return range(start, end);
  }

  private single(): number | Chars {
    if (!this.take("\\")) {
      const code = this.text.codePointAt(this.at) ?? 0;
      this.at += String.fromCodePoint(code).length;
      return code;
    }
    const node = this.escape(true);
    if (node.kind !== "chars") return () => false;
    return node.code ?? node.has;
  }
}

const exactly = (char: string): Node => {
  const code = char.codePointAt(0) ?? 0;
  return { kind: "chars", has: (one) => one === code, code };
};
