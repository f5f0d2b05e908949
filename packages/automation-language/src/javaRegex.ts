/**
 * Reads regular expressions as java.util.regex.Pattern does, which Automation uses for allowedPattern, and writes each
 * as Python's `regex` package (VERSION1) reads it. What Java refuses is a JavaRegexError; what Java takes and the
 * package can't express is an UntranslatableRegexError that says so in words.
 *
 * @see https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/util/regex/Pattern.html
 */
export type Node = {
  /** The node in the syntax of Python's `regex`, whatever flags were in force. */
  readonly python: string;
} & (
  | {
      readonly kind: "chars";
      readonly has: (code: number) => boolean;
      /** It takes this one character only. */
      readonly code?: number;
    }
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
  | { readonly kind: "empty"; readonly reference?: true }
);

/** What Java refuses, as a clause. */
export class JavaRegexError extends Error {
  override readonly name: string = "JavaRegexError";
}

/** What Java takes and this reader can't translate, as a clause. */
export class UntranslatableRegexError extends JavaRegexError {
  override readonly name = "UntranslatableRegexError";
}

const NO_COUNT = "begins no repetition; write \\{ for the character";

interface Flags {
  /** CASE_INSENSITIVE, of ASCII letters alone unless UNICODE_CASE is on too. */
  readonly i: boolean;
  readonly u: boolean;
  readonly m: boolean;
  readonly s: boolean;
  readonly x: boolean;
  /** UNICODE_CHARACTER_CLASS: \w, \d and their like know all scripts. */
  readonly U: boolean;
  /** UNIX_LINES: only \n ends a line. */
  readonly d: boolean;
}

const NO_FLAGS: Flags = { i: false, u: false, m: false, s: false, x: false, U: false, d: false };

type Chars = (code: number) => boolean;

/** Characters, and the inside of a class of Python's that holds them. */
interface Class {
  readonly has: Chars;
  readonly python: string;
  readonly code?: number;
}

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

const WORD = "a-zA-Z0-9_";
/** The classes of one letter, with the inside of Python's class; the capital letter is the complement. */
const classes: Readonly<Record<string, { has: Chars; ascii: string; unicode: string }>> = {
  d: { has: digit, ascii: "0-9", unicode: "\\p{Nd}" },
  w: { has: word, ascii: WORD, unicode: "\\w" },
  s: { has: space, ascii: " \\t\\n\\x0b\\f\\r", unicode: "\\s" },
  h: {
    has: (code) => code === 32 || code === 9,
    ascii: " \\t\\xa0\\u1680\\u180e\\u2000-\\u200a\\u202f\\u205f\\u3000",
    unicode: " \\t\\xa0\\u1680\\u180e\\u2000-\\u200a\\u202f\\u205f\\u3000",
  },
  v: {
    has: range(10, 13),
    ascii: "\\n\\x0b\\f\\r\\x85\\u2028\\u2029",
    unicode: "\\n\\x0b\\f\\r\\x85\\u2028\\u2029",
  },
};

/** POSIX classes, of ASCII alone. */
const posix: Readonly<Record<string, { has: Chars; python: string }>> = {
  Lower: { has: range(97, 122), python: "a-z" },
  Upper: { has: range(65, 90), python: "A-Z" },
  ASCII: { has: range(0, 127), python: "\\x00-\\x7f" },
  Alpha: { has: (code) => range(65, 90)(code) || range(97, 122)(code), python: "a-zA-Z" },
  Digit: { has: digit, python: "0-9" },
  Alnum: { has: (code) => word(code) && code !== 95, python: "a-zA-Z0-9" },
  Punct: {
    has: (code) => code > 32 && code < 127 && (!word(code) || code === 95),
    python: "!-/:-@\\[-`\\{-~",
  },
  Graph: { has: range(33, 126), python: "!-~" },
  Print: { has: range(32, 126), python: " -~" },
  Blank: { has: (code) => code === 32 || code === 9, python: " \\t" },
  Cntrl: { has: (code) => code < 32 || code === 127, python: "\\x00-\\x1f\\x7f" },
  XDigit: {
    has: (code) => digit(code) || range(65, 70)(code) || range(97, 102)(code),
    python: "0-9a-fA-F",
  },
  Space: { has: space, python: " \\t\\n\\x0b\\f\\r" },
};

/** Properties of java.lang.Character that Unicode has under another name. */
const javaProperties: Readonly<Record<string, string>> = {
  javaLowerCase: "\\p{Lowercase}",
  javaUpperCase: "\\p{Uppercase}",
  javaAlphabetic: "\\p{Alphabetic}",
  javaIdeographic: "\\p{Ideographic}",
  javaTitleCase: "\\p{Lt}",
  javaDigit: "\\p{Nd}",
  javaLetter: "\\p{L}",
  javaLetterOrDigit: "\\p{L}\\p{Nd}",
  javaSpaceChar: "\\p{Z}",
  javaDefined: "\\P{Cn}",
};

/** The two-letter and one-letter general categories, which need no Is before them. */
const category = /^(L[ultmoC]?|M[nce]?|N[dlo]?|P[cdseifo]?|S[mcko]?|Z[slp]?|C[cfosn]?|LC)$/;

const LINE_END = "\\n\\r\\x85\\u2028\\u2029";

/**
 * The parts of a pattern.
 *
 * @throws JavaRegexError with what Java would refuse, or an UntranslatableRegexError
 */
export function parseJavaRegex(pattern: string): Node {
  const reader = new Reader(unquote(pattern));
  const node = reader.alternatives();
  if (!reader.done()) throw new JavaRegexError("a ) has no ( before it");
  return node;
}

/** A pattern without \Q…\E: as Java does before it reads it, each character in between gets a backslash of its own. */
const unquote = (pattern: string): string =>
  pattern.replace(/\\Q([\s\S]*?)(?:\\E|$)|\\[\s\S]/g, (all: string, quoted?: string) =>
    quoted === undefined
      ? all
      : quoted
          .replace(/^\d/, (digit) => `\\x3${digit}`)
          .replace(/[^a-zA-Z0-9\\]|\\(?!x3)/g, (char) => (char > "\x7f" ? char : `\\${char}`)),
  );

class Reader {
  private at = 0;
  private flags: Flags = NO_FLAGS;
  private readonly names = new Set<string>();
  /** How many groups have been opened so far, and how many there are in all. */
  private opened = 0;
  private readonly groups: number;

  constructor(private readonly text: string) {
    this.groups = countGroups(text);
  }

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
    const sticky = new RegExp(regex.source, `${regex.flags}y`);
    sticky.lastIndex = this.at;
    const found = sticky.exec(this.text);
    if (found) this.at += found[0].length;
    return found ?? undefined;
  }

  /** In comments mode, (?x), blank space and comments mean nothing. */
  private skipComments(): void {
    if (this.flags.x) while (this.match(/[ \t\n\v\f\r]+|#[^\n]*/)) {}
  }

  /** The alternatives up to the end of the group; flags that are set inside end with it. */
  alternatives(): Node {
    const outside = this.flags;
    const options = [this.sequence()];
    while (this.take("|")) options.push(this.sequence());
    this.flags = outside;
    const [only] = options;
    if (options.length === 1 && only) return only;
    return { kind: "either", options, python: options.map(({ python }) => python).join("|") };
  }

  private sequence(): Node {
    const parts: Node[] = [];
    for (this.skipComments(); !this.done(); this.skipComments()) {
      if (this.peek() === "|" || this.peek() === ")") break;
      parts.push(this.quantified());
    }
    return { kind: "sequence", parts, python: parts.map(({ python }) => python).join("") };
  }

  private quantified(): Node {
    const atom = this.atom();
    this.skipComments();
    const node = this.repetition(atom) ?? atom;
    this.skipComments();
    if (/[*+?]/.test(this.peek()))
      throw new JavaRegexError(`the ${this.peek()} at ${this.at + 1} has nothing to repeat`);
    return node;
  }

  private repetition(body: Node): Node | undefined {
    const counted = this.match(/\{(\d+)(,?)(\d*)\}|[*+?]/);
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
    const lazy = !possessive && this.take("?");
    const python = `(?:${body.python})${sign}${possessive ? "+" : lazy ? "?" : ""}`;
    return { kind: "repeat", body, min, max, possessive, python };
  }

  private atom(): Node {
    if (this.take("(")) return this.group();
    if (this.take("[")) return this.chars(this.charClass());
    if (this.take("^")) return { kind: "empty", python: this.lineStart() };
    if (this.take("$")) return { kind: "empty", python: this.lineEnd() };
    if (this.take(".")) return this.dot();
    if (this.take("\\")) return this.escape();
    const char = this.peek();
    if (/[*+?]/.test(char))
      throw new JavaRegexError(`the ${char} at ${this.at + 1} has nothing to repeat`);
    // Java takes a count of nothing, such as the second of a{2}{3}.
    if (/^\{\d+,?\d*\}/.test(this.text.slice(this.at))) return { kind: "empty", python: "" };
    if (char === "{") throw new JavaRegexError(`the { at ${this.at + 1} ${NO_COUNT}`);
    const code = this.text.codePointAt(this.at) ?? 0;
    this.at += String.fromCodePoint(code).length;
    return this.chars(this.exactly(code));
  }

  private dot(): Node {
    if (this.flags.s) return { kind: "chars", has: () => true, python: "[\\s\\S]" };
    return { kind: "chars", has: (code) => code !== 10, python: `[^${this.lineEnds()}]` };
  }

  private lineEnds(): string {
    return this.flags.d ? "\\n" : LINE_END;
  }

  private lineStart(): string {
    // In a text of lines, a line begins after each end of a line but the last one.
    return this.flags.m ? `(?:\\A|(?<=[${this.lineEnds()}])(?<!\\r(?=\\n))(?!\\Z))` : "\\A";
  }

  /** `$` also stands before the line break that ends the whole text. */
  private lineEnd(): string {
    const end = this.flags.d ? "\\n" : `(?:\\r\\n|(?<!\\r)\\n|[\\r\\x85\\u2028\\u2029])`;
    return this.flags.m ? `(?=${end}|\\Z)` : `(?=(?:${end})?\\Z)`;
  }

  private chars({ has, python, code }: Class): Node {
    const plain = `[${python}]`;
    const text = this.flags.i && this.flags.u ? `(?i-f:${plain})` : plain;
    return { kind: "chars", has, ...(code !== undefined && { code }), python: text };
  }

  /** One character, and under (?i) its other case. */
  private exactly(code: number): Class {
    const other = this.otherCase(code);
    const has: Chars = (one) => one === code || one === other;
    const python = escaped(code) + (other === undefined ? "" : escaped(other));
    return { has, python, code };
  }

  /** Without (?u), only letters of ASCII have another case. */
  private otherCase(code: number): number | undefined {
    if (!this.flags.i) return undefined;
    if (range(65, 90)(code)) return code + 32;
    return range(97, 122)(code) ? code - 32 : undefined;
  }

  private group(): Node {
    const setting = this.match(/\?([a-zA-Z]*)(?:-([a-zA-Z]+))?([:)])/);
    if (setting) {
      const [, on = "", off = "", end] = setting;
      const flags = this.withFlags(on, off);
      if (end === ")") {
        this.flags = flags;
        if (/[*+?]/.test(this.peek()))
          throw new JavaRegexError(`the ${this.peek()} at ${this.at + 1} has nothing to repeat`);
        return { kind: "empty", python: "" };
      }
      const outside = this.flags;
      this.flags = flags;
      const inside = this.inside();
      this.flags = outside;
      return { ...inside, python: `(?:${inside.python})` };
    }
    const look = this.match(/\?<?[=!]/)?.[0];
    if (look !== undefined) return this.look(look);
    // What a group takes as one, (?>…), it never gives back.
    if (this.take("?>")) {
      const body = this.inside();
      return {
        kind: "repeat",
        body,
        min: 1,
        max: 1,
        possessive: true,
        python: `(?>${body.python})`,
      };
    }
    const named = this.match(/\?<([^>]*)>/);
    if (!named && this.peek() === "?")
      throw new JavaRegexError(`(${this.peek(3)} begins no group that Java knows`);
    if (named) this.declare(named[1] ?? "");
    this.opened += 1;
    const inside = this.inside();
    return { ...inside, python: named ? `(?<${named[1]}>${inside.python})` : `(${inside.python})` };
  }

  private inside(): Node {
    const inside = this.alternatives();
    if (!this.take(")")) throw new JavaRegexError("a ( has no )");
    return inside;
  }

  private look(kind: string): Node {
    const inside = this.inside();
    if (kind.startsWith("?<") && longest(inside) === Number.POSITIVE_INFINITY)
      throw new JavaRegexError("a look-behind, (?<…), can't hold a part without a greatest length");
    return { kind: "empty", python: `(${kind}${inside.python})` };
  }

  private declare(name: string): void {
    if (!/^[a-zA-Z][a-zA-Z0-9]*$/.test(name))
      throw new JavaRegexError(`the group name ${name} may hold letters and digits only`);
    if (this.names.has(name)) throw new JavaRegexError(`two groups are called ${name}`);
    this.names.add(name);
  }

  private withFlags(on: string, off: string): Flags {
    const unknown = [...on, ...off].find((flag) => !(flag in NO_FLAGS));
    if (unknown !== undefined)
      throw new JavaRegexError(
        `${unknown} is not a flag that Java knows: i, d, m, s, u, x and U are`,
      );
    const set = (flags: string, value: boolean) =>
      Object.fromEntries([...flags].map((flag) => [flag, value]));
    // (?U) turns (?u) on with it.
    return {
      ...this.flags,
      ...set(on, true),
      ...(on.includes("U") && { u: true }),
      ...set(off, false),
    };
  }

  private escape(): Node {
    const anchor = this.match(/[bBAGzZ]/)?.[0];
    if (anchor !== undefined) return { kind: "empty", python: this.anchor(anchor) };
    if (/[1-9]/.test(this.peek()))
      return { kind: "empty", reference: true, python: this.backReference() };
    if (this.take("k")) return this.namedReference();
    if (this.take("R")) return { kind: "chars", has: () => true, python: "\\R" };
    if (this.take("X")) return { kind: "chars", has: () => true, python: "\\X" };
    return this.chars(this.escapedClass());
  }

  private anchor(letter: string): string {
    switch (letter) {
      case "A":
        return "\\A";
      case "z":
        return "\\Z";
      case "Z": {
        const { m } = this.flags;
        this.flags = { ...this.flags, m: false };
        const end = this.lineEnd();
        this.flags = { ...this.flags, m };
        return end;
      }
      case "G":
        return "\\G";
      default: {
        if (this.match(/\{g\}/)) throw new UntranslatableRegexError("\\b{g}");
        // Words are of all scripts here, whereas \\w is ASCII; so it is until Java 19.
        const inside = this.flags.U ? "\\w" : "_\\p{L}\\p{Nd}";
        const [before, after] = [`(?<=[${inside}])`, `(?=[${inside}])`];
        const [noneBefore, noneAfter] = [`(?<![${inside}])`, `(?![${inside}])`];
        return letter === "b"
          ? `(?:${before}${noneAfter}|${noneBefore}${after})`
          : `(?:${before}${after}|${noneBefore}${noneAfter})`;
      }
    }
  }

  /** Java reads as many digits as there are groups for; one to a group that is not there never matches. */
  private backReference(): string {
    let number = Number(this.match(/[1-9]/)?.[0]);
    for (;;) {
      const next = Number(`${number}${this.peek()}`);
      if (!/\d/.test(this.peek()) || next > this.opened) break;
      number = next;
      this.at += 1;
    }
    if (number > this.groups || number > this.opened) return "(?!)";
    return this.inCase(`\\g<${number}>`);
  }

  private namedReference(): Node {
    const name = this.match(/<([a-zA-Z][a-zA-Z0-9]*)>/)?.[1];
    if (name === undefined || !this.names.has(name))
      throw new JavaRegexError("\\k names no group before it");
    return { kind: "empty", reference: true, python: this.inCase(`(?P=${name})`) };
  }

  private inCase(reference: string): string {
    return this.flags.i ? `(?i-f:${reference})` : `(?:${reference})`;
  }

  /** What stands after a backslash and is a character or several, in a class and outside. */
  private escapedClass(): Class {
    const char = this.peek();
    if (char === "") throw new JavaRegexError("it ends with a single \\");
    if (char === "N") return this.namedCharacter();
    const code = this.coded();
    if (code !== undefined) return this.exactly(code);
    this.at += 1;
    if (char === "p" || char === "P") return this.property(char === "P");
    const known = classes[char.toLowerCase()];
    if (known !== undefined) {
      const inside = this.flags.U ? known.unicode : known.ascii;
      return char === char.toLowerCase()
        ? { has: known.has, python: inside }
        : { has: not(known.has), python: `[^${inside}]` };
    }
    if (/[a-zA-Z]/.test(char))
      throw new JavaRegexError(`\\${char} is not an escape that Java knows`);
    const own = this.text.codePointAt(this.at - 1) ?? 0;
    this.at += String.fromCodePoint(own).length - 1;
    return this.exactly(own);
  }

  /** \t, \x41, \u0041, \x{1F600}, \0101, \cA: the character that they name. */
  private coded(): number | undefined {
    const controls: Readonly<Record<string, number>> = { t: 9, n: 10, r: 13, f: 12, a: 7, e: 27 };
    const char = this.peek();
    const control = Object.hasOwn(controls, char) ? controls[char] : undefined;
    if (control !== undefined) {
      this.at += 1;
      return control;
    }
    const forms: Readonly<Record<string, RegExp>> = {
      x: /x(?:([0-9a-fA-F]{2})|\{([0-9a-fA-F]+)\})/,
      u: /u([0-9a-fA-F]{4})/,
      "0": /0([0-3]?[0-7]{1,2})/,
      c: /c([\s\S])/,
    };
    const form = Object.hasOwn(forms, char) ? forms[char] : undefined;
    if (form === undefined) return undefined;
    const found = this.match(form);
    if (!found) throw new JavaRegexError(`\\${char} lacks its digits`);
    const digits = found[1] ?? found[2] ?? "";
    if (char === "c") return digits.charCodeAt(0) ^ 64;
    const code = Number.parseInt(digits, char === "0" ? 8 : 16);
    if (code > 0x10ffff) throw new JavaRegexError(`\\${found[0]} is not a character`);
    return code;
  }

  private namedCharacter(): Class {
    const name = this.match(/N\{([A-Z0-9 -]+)\}/)?.[1];
    if (name === undefined) throw new JavaRegexError("\\N lacks the name of a character");
    return { has: () => true, python: `\\N{${name}}` };
  }

  private property(negated: boolean): Class {
    const found = this.match(/\{(\^?)([A-Za-z0-9_= -]+)\}|([A-Z])/);
    if (!found) throw new JavaRegexError(`\\${negated ? "P" : "p"} lacks the name of a property`);
    const name = found[2] ?? found[3] ?? "";
    const { has, python } = this.namedProperty(name);
    return negated !== (found[1] === "^")
      ? { has: has ? not(has) : () => true, python: `[^${python}]` }
      : { has: has ?? (() => true), python };
  }

  private namedProperty(name: string): { has?: Chars; python: string } {
    const ascii = Object.hasOwn(posix, name) ? posix[name] : undefined;
    if (ascii !== undefined && this.flags.U)
      throw new UntranslatableRegexError(`\\p{${name}} under the flag U`);
    if (ascii !== undefined) {
      // Without regard to case, lower and upper letters are the same.
      const cased = this.flags.i && (name === "Lower" || name === "Upper");
      return cased ? { has: posix.Alpha?.has ?? has0, python: "a-zA-Z" } : ascii;
    }
    if (name.startsWith("java")) {
      const java = Object.hasOwn(javaProperties, name) ? javaProperties[name] : undefined;
      if (java === undefined) throw new UntranslatableRegexError(`\\p{${name}}`);
      return { python: java };
    }
    if (name === "L1") return { has: range(0, 255), python: "\\x00-\\xff" };
    if (name === "all") return { has: () => true, python: "\\s\\S" };
    if (category.test(name))
      return { python: name === "LC" ? "\\p{Lu}\\p{Ll}\\p{Lt}" : `\\p{${name}}` };
    if (/^(Is|In)[A-Za-z0-9_ -]+$|^(script|sc|block|blk|general_category|gc)=/i.test(name))
      return { python: `\\p{${name}}` };
    throw new JavaRegexError(`${name} is not a property of characters that Java knows`);
  }

  /** Java's classes nest and intersect: [a-z&&[^b]]; [] and [^] are not empty classes but unfinished ones. */
  private charClass(): Class {
    const negated = this.take("^");
    const operands: Class[] = [];
    let members: Class[] = [];
    const close = () => {
      const parts = members;
      if (parts.length > 0)
        operands.push({
          has: (code) => parts.some(({ has }) => has(code)),
          python: parts.map(({ python }) => python).join(""),
        });
      members = [];
    };
    for (let first = true; first || this.peek() !== "]"; first = false) {
      if (this.flags.x && this.match(/[ \t\n\v\f\r]+/)) continue;
      if (this.done()) throw new JavaRegexError("a [ has no ]; write \\[ for the character");
      if (this.take("&&")) close();
      else if (this.take("[")) members.push(this.charClass());
      else members.push(this.member());
    }
    this.at += 1;
    close();
    const has: Chars = (code) => operands.every((one) => one.has(code));
    const inside =
      operands.length === 1
        ? (operands[0]?.python ?? "")
        : operands.map(({ python }) => `[${python}]`).join("&&");
    return { has: negated ? not(has) : has, python: negated ? `[^${inside}]` : `[${inside}]` };
  }

  private member(): Class {
    const start = this.single();
    if (start.code === undefined) return start;
    if (this.peek() !== "-" || this.peek(2) === "-]" || this.peek(2) === "-[") return start;
    this.at += 1;
    const from = this.at;
    const end = this.single();
    const shown = this.text.slice(from - 2, this.at);
    if (end.code === undefined) throw new JavaRegexError(`a range can't end in a class (${shown})`);
    if (end.code < start.code)
      throw new JavaRegexError(`the range ${shown} is the wrong way round`);
    return this.between(start.code, end.code);
  }

  private between(from: number, to: number): Class {
    const others = this.flags.i ? [...otherCases(from, to)] : [];
    const inside = range(from, to);
    return {
      has: (code) => inside(code) || others.some(([low, high]) => range(low, high)(code)),
      python: [[from, to] as const, ...others]
        .map(([low, high]) => `${escaped(low)}-${escaped(high)}`)
        .join(""),
    };
  }

  private single(): Class {
    if (this.take("\\")) return this.escapedClass();
    const code = this.text.codePointAt(this.at) ?? 0;
    this.at += String.fromCodePoint(code).length;
    return this.exactly(code);
  }
}

const has0: Chars = () => true;

/** The ranges of ASCII letters that are the other case of those in a range. */
function* otherCases(from: number, to: number): Iterable<readonly [number, number]> {
  for (const [low, high, shift] of [
    [65, 90, 32],
    [97, 122, -32],
  ] as const) {
    const [start, end] = [Math.max(from, low), Math.min(to, high)];
    if (start <= end) yield [start + shift, end + shift];
  }
}

/** A character so that neither a pattern nor a class of Python's can take it for more than itself. */
const escaped = (code: number): string =>
  word(code) && code < 128
    ? String.fromCharCode(code)
    : code > 0xffff
      ? `\\U${code.toString(16).padStart(8, "0")}`
      : `\\u${code.toString(16).padStart(4, "0")}`;

/** How many characters a node takes at most, as Java reckons it for look-behinds. */
function longest(node: Node): number {
  switch (node.kind) {
    case "chars":
      return 1;
    case "empty":
      return node.reference ? Number.POSITIVE_INFINITY : 0;
    case "sequence":
      return node.parts.reduce((sum, part) => sum + longest(part), 0);
    case "either":
      return Math.max(...node.options.map(longest));
    case "repeat": {
      // Of late, Java takes a+ and a* of single characters in a look-behind.
      if (node.body.kind === "chars") return 1;
      const body = longest(node.body);
      return body === 0 || node.max === 0 ? 0 : body * node.max;
    }
  }
}

/** The capturing groups of a pattern: each ( that is not quoted, escaped, in a class or followed by ?, and each (?<name>. */
function countGroups(pattern: string): number {
  const bare = pattern.replace(/\\[\s\S]/g, "").replace(/\[[^\]]*\]/g, "");
  return (bare.match(/\((?!\?)|\(\?<(?![=!])/g) ?? []).length;
}
