import type { Rule } from "../rule.ts";

/** Texts that are credentials by their form. */
const forms: readonly (readonly [RegExp, string])[] = [
  [/\b(AKIA|ASIA)[A-Z0-9]{16}\b/, "an AWS access key id"],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, "a private key"],
  [/\bgh[pousr]_[A-Za-z0-9]{36}\b/, "a GitHub token"],
  [/\bxox[abpr]-[A-Za-z0-9-]{10,}/, "a Slack token"],
  [/\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\./, "a JSON web token"],
  [/:\/\/[^/\s:@{}]+:[^/\s:@{}]+@/, "an address with a password"],
];

/** Defaults that say that there is none. */
const placeholder = /^$|^(none|null|default|<.*>)$/i;

const secretName =
  /(password|passwd|secret(?!.*(arn|name|id)$)|api_?key|access_?key(?!.*id$)|private_?key|token(?!.*(name|arn)$))$/i;

export const rule: Rule = {
  id: "LIMIT05",
  severity: "error",
  summary: "No default holds a secret: whoever may read the document reads it.",
  url: "https://docs.aws.amazon.com/systems-manager/latest/userguide/documents.html",
  *check({ document }) {
    for (const { name, spec, path } of [...document.parameters, ...document.variables]) {
      const value = spec.default;
      if (typeof value !== "string" || value.includes("{{") || placeholder.test(value)) continue;
      const form = forms.find(([regex]) => regex.test(value))?.[1];
      if (form !== undefined || secretName.test(name))
        yield {
          path: [...path, "default"],
          message: `${String(path[0]).slice(0, -1)} ${name}: its default looks like ${form ?? "a secret"}; keep it in Secrets Manager or Parameter Store`,
        };
    }
  },
};
