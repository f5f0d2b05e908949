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
