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
  readonly endLine: number;
  /** After the last character. */
  readonly endColumn: number;
  /** The line of the text in which it begins. */
  readonly excerpt: string;
  readonly message: string;
  /** Absent for what this tool itself demands. */
  readonly url?: string;
  readonly file?: string;
}

/** A hint is a matter of taste: it is told only where it is asked for. */
export type Severity = "error" | "warning" | "hint";
