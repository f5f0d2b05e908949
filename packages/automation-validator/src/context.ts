import type { Models } from "automation-language/botocore";
import type { DocumentView, StepView } from "automation-language/document";
import type { Scope } from "automation-language/graph";
import type { PatternResult } from "automation-language/patterns";
import type { Reference } from "automation-language/references";
import type { Source } from "automation-language/source";
import type { ScriptFacts } from "./python/inspect.ts";

/** What the rules look at. Everything is ready: a rule reads and yields, it waits for nothing. */
export interface Context {
  readonly file: string;
  /** The text of the document. */
  readonly text: string;
  readonly source: Source;
  readonly document: DocumentView;
  /** The graphs of the steps: the document's, then each loop's. */
  readonly scopes: readonly Scope[];
  readonly references: readonly Reference[];
  /** The step of a name; the first where a name is used twice. */
  step(name: string): StepView | undefined;
  /** The service models that ship with botocore. */
  readonly models: Models;
  /** What is known of the scripts of the steps that run Python. */
  readonly scripts: ReadonlyMap<StepView, ScriptFacts>;
  /** How a text fares with an allowedPattern; undefined for what no parameter declares. */
  match(pattern: string, text: string): PatternResult | undefined;
  /** The version of the Python that parsed the scripts. */
  readonly pythonVersion: readonly number[];
  /** The IAM actions that each step declares, where the document's author gave them. */
  readonly declaredPermissions: Readonly<Record<string, readonly string[]>> | undefined;
}
