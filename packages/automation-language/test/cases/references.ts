/** Inputs with references, and what becomes of them. `missing`: the step fails; the text is the reference that has nothing. */
export interface ReferenceCase {
  readonly input: unknown;
  readonly becomes?: unknown;
  readonly missing?: string;
}

/** What the references of the cases stand for, by the text between the braces. `find.Gone` was asked for and not found. */
export const referenceValues: Readonly<Record<string, unknown>> = {
  Name: "web",
  Count: 3,
  Names: ["a", "b"],
  "find.Rows": [{ id: 1 }, { id: 2 }],
  "find.Map": { a: "b" },
  "variable:Notes": { n: "1" },
  "global:REGION": "eu-central-1",
  "automation:EXECUTION_ID": "e-1",
};
export const referenceNotFound = "find.Gone";

export const referenceCases: readonly ReferenceCase[] = [
  { input: "plain", becomes: "plain" },
  { input: 5, becomes: 5 },
  { input: "{{ Name }}", becomes: "web" },
  { input: "{{Name}}", becomes: "web" },
  { input: " {{ Count }} ", becomes: 3 },
  { input: "{{ find.Map }}", becomes: { a: "b" } },
  { input: "{{ variable:Notes }}", becomes: { n: "1" } },
  { input: "{{ global:REGION }}", becomes: "eu-central-1" },
  { input: "{{ Name }}-{{ Count }}", becomes: "web-3" },
  { input: "all: {{ Names }}", becomes: 'all: ["a","b"]' },
  { input: "a {{ find.Map }}", becomes: 'a {"a":"b"}' },
  // A list as an entry of a list is spread into it.
  { input: ["{{ Names }}"], becomes: ["a", "b"] },
  { input: ["x", "{{ Names }}", "y"], becomes: ["x", "a", "b", "y"] },
  { input: ["{{ find.Rows }}"], becomes: [{ id: 1 }, { id: 2 }] },
  { input: [["{{ Names }}"]], becomes: [["a", "b"]] },
  { input: ["{{ Name }}"], becomes: ["web"] },
  { input: { "{{ Name }}": ["{{ Count }}"] }, becomes: { web: [3] } },
  // A selector that found nothing leaves the reference as it is written.
  { input: "{{ find.Gone }}", becomes: "{{ find.Gone }}" },
  { input: "a {{find.Gone}}", becomes: "a {{find.Gone}}" },
  // Other template languages, and what is not a reference.
  { input: "docker ps --format '{{.Names}}'", becomes: "docker ps --format '{{.Names}}'" },
  { input: "{{ range .Items }}", becomes: "{{ range .Items }}" },
  { input: "{{ two words }}", becomes: "{{ two words }}" },
  { input: "{{}}", becomes: "{{}}" },
  { input: "{{ Other }}", missing: "Other" },
  { input: ["a", { b: "{{ find.Other }}" }], missing: "find.Other" },
];
