import type { RunbookDocument, Step } from "../build/types.ts";
import { type DocumentDefinition, documents, inWords } from "./documents.ts";

/** The reference of all documents as Markdown, from the same definitions as the documents. */
export const reference = (): string => documents.map(referenceOf).join("\n\n");

function referenceOf({ runbook, policy }: DocumentDefinition): string {
  return [
    `## ${runbook.name}`,
    "### Parameters",
    table(
      ["Parameter", "Type", "Default", "Meaning"],
      Object.entries(runbook.parameters).map(([name, { type, description, ...rest }]) => [
        `\`${name}\``,
        type,
        "default" in rest ? `\`${JSON.stringify(rest.default)}\`` : "",
        description,
      ]),
    ),
    "### Outputs",
    ...(runbook.outputs.some(({ reference: name }) => name.endsWith(".Json"))
      ? [
          "A run gives one of the reports for people (`.Output`), and as `.Json` the same report for programs: lists of lines by their headings. `npm run report`, `contained`, `status` and `--of` read that, since a name may look like anything in a text.",
        ]
      : []),
    table(
      ["Output", "Of the step"],
      runbook.outputs.map(({ reference: name }) => {
        const step = stepOf(runbook, name.split(".")[0] ?? "");
        return [`\`${name}\``, step?.description ?? ""];
      }),
    ),
    "### Steps",
    table(
      ["Step", "Action", "What it does", "Then", "On failure"],
      runbook.flow.map(({ step, next, end, onFailure }) => [
        `\`${step.name}\``,
        `\`${step.action}\``,
        step.description,
        end ? "end" : next !== undefined ? `\`${next}\`` : branches(step),
        onFailure === undefined || onFailure === "Continue"
          ? onFailure === undefined
            ? "end"
            : "goes on"
          : `\`${onFailure.replace("step:", "")}\``,
      ]),
    ),
    "### Permissions",
    table(
      ["Action", "What for", "Steps"],
      [...reasons(runbook)].map(([action, { why, steps }]) => [
        `\`${action}\``,
        [...why].join("; "),
        [...steps].map((name) => `\`${name}\``).join(", "),
      ]),
    ),
    "The role's policy scopes them:",
    table(
      ["Statement", "Actions", "Why, and why no narrower"],
      policy(inWords).map(({ statement, reason }) => [
        statement.Sid,
        statement.Action.map((action) => `\`${action}\``).join(", "),
        reason,
      ]),
    ),
  ].join("\n\n");
}

const stepOf = (runbook: RunbookDocument, name: string): Step | undefined =>
  runbook.flow.find(({ step }) => step.name === name)?.step;

function branches(step: Step): string {
  if (step.action !== "aws:branch") return "the next";
  const targets = [...step.choices.map(({ next }) => next), step.defaultNext];
  return [...new Set(targets)].map((name) => `\`${name}\``).join(" or ");
}

/** Each IAM action with all reasons given for it and the steps that need it, sorted. */
function reasons({
  flow,
}: RunbookDocument): Map<string, { readonly why: Set<string>; readonly steps: Set<string> }> {
  const found = new Map<string, { readonly why: Set<string>; readonly steps: Set<string> }>();
  for (const { step } of flow)
    for (const [action, why] of Object.entries(step.permissions)) {
      const entry = found.get(action) ?? { why: new Set(), steps: new Set() };
      entry.why.add(why);
      entry.steps.add(step.name);
      found.set(action, entry);
    }
  return new Map([...found].sort(([a], [b]) => a.localeCompare(b)));
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
