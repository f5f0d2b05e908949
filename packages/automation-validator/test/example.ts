import { expect, test } from "vitest";
import { stringify } from "yaml";
import { checkDocument } from "../src/check.ts";
import type { Finding } from "../src/finding.ts";

export interface Example {
  /** What the rule is there for, as a sentence. */
  readonly says: string;
  /** The smallest document that trips the rule. */
  readonly bad: string;
  /** The nearest document that must not, nor any other rule. */
  readonly good: string;
  /** The line of the finding in `bad`, where it is worth a test. */
  readonly line?: number;
  /** A part of the message. */
  readonly message?: string;
  readonly file?: string;
  readonly permissions?: Readonly<Record<string, readonly string[]>>;
  readonly goodPermissions?: Readonly<Record<string, readonly string[]>>;
}

/** The findings of a document of which only the interesting keys are written. */
export async function findingsOf(
  text: string,
  file = "example.yaml",
  permissions?: Readonly<Record<string, readonly string[]>>,
  hints = false,
): Promise<Finding[]> {
  const whole = text.includes("schemaVersion") ? text : `${text}\nschemaVersion: "0.3"\n`;
  return checkDocument(whole, {
    file,
    hints,
    ...(permissions === undefined ? {} : { declaredPermissions: permissions }),
  });
}

/** A test that a rule sees the bad document, and nothing is said of the good one. */
export function example(id: string, one: Example): void {
  test(`${id}: ${one.says}`, async () => {
    const bad = await findingsOf(one.bad, one.file, one.permissions, true);
    const found = bad.filter((finding) => finding.id === id);
    expect(bad.map((finding) => finding.id)).toContain(id);
    if (one.line !== undefined) expect(found[0]?.line).toBe(one.line);
    if (one.message !== undefined)
      expect(found.map(({ message }) => message).join("\n")).toContain(one.message);
    const good = await findingsOf(one.good, undefined, one.goodPermissions ?? one.permissions);
    expect(good.map((finding) => `${finding.id} ${finding.message}`)).toEqual([]);
  });
}

/** A document of one script step. */
export const scripted = (
  script: string,
  more: Readonly<Record<string, unknown>> = {},
  step: Readonly<Record<string, unknown>> = {},
): string =>
  stringify({
    schemaVersion: "0.3",
    assumeRole: "arn:aws:iam::111122223333:role/Runbook",
    mainSteps: [
      {
        name: "run",
        action: "aws:executeScript",
        inputs: { Runtime: "python3.11", Handler: "handler", Script: script, ...more },
        isEnd: true,
        ...step,
      },
    ],
  });
