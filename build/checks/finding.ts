/** What a check found, where, why, and the page of AWS's documentation that says so. */
export interface Finding {
  /** The rule's id, such as FLOW03. */
  readonly id: string;
  readonly severity: Severity;
  /** The place as a JSON pointer, such as /mainSteps/2/inputs/Api. */
  readonly path: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based. */
  readonly column: number;
  readonly message: string;
  readonly url: string;
  readonly file?: string;
}

export type Severity = "error" | "warning";

/** The keys and indexes that lead from the document to a value. */
export type Path = readonly (string | number)[];

/** What a rule reports: a place and a sentence. The rule's id, severity and page are added later. */
export interface Problem {
  readonly path: Path;
  readonly message: string;
  /** Report the key at the path rather than its value, as for a key that is unknown. */
  readonly atKey?: boolean;
  /** A place inside a block of text at the path, 1-based, as for a line of a script. */
  readonly inText?: { readonly line: number; readonly column: number };
}

/** RFC 6901: `~` and `/` inside a key are escaped. */
export const pointer = (path: Path): string =>
  path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
