import type { Problem } from "automation-language/place";
import type { Context } from "./context.ts";
import type { Severity } from "./finding.ts";

/** One check: a module of the folder rules/, which is the list of the checks. */
export interface Rule {
  readonly id: string;
  readonly severity: Severity;
  /** What the rule demands, in a sentence. */
  readonly summary: string;
  /**
   * It looks at what is known of the scripts, or at how values fare with patterns, so it runs when Python has looked at
   * them.
   */
  readonly needs?: "scripts" | "patterns";
  /** The page of AWS's documentation that says so. */
  readonly url: string;
  check(context: Context): Iterable<Problem>;
}
