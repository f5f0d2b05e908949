import type { DocumentView, ParameterView } from "automation-language/document";
import { limitsOf, parameterType } from "automation-language/parameters";
import { asText } from "automation-language/values";
import { DOCUMENT_LIMIT } from "../limits.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "LIMIT15",
  severity: "warning",
  summary:
    "The document and the largest values that its parameters declare have at most 64 KB together: AWS counts both.",
  url: "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateDocument.html",
  *check({ text, document }) {
    const own = Buffer.byteLength(text);
    const values = largestValues(document);
    if (own <= DOCUMENT_LIMIT && own + values > DOCUMENT_LIMIT)
      yield {
        path: ["parameters"],
        atKey: true,
        message: `The document has ${own} bytes and its parameters may have ${values}, together ${own + values}; AWS takes ${DOCUMENT_LIMIT} at most, with what is given for the parameters`,
      };
  },
};

/** The bytes of the largest values that the parameters declare; of one without limits, those of its default. */
const largestValues = ({ parameters }: DocumentView): number =>
  parameters.reduce((sum, one) => sum + largest(one), 0);

function largest(parameter: ParameterView): number {
  const { allowedValues, maxChars, maxItems } = limitsOf(parameter);
  const given = size(parameter.spec.default);
  const list = ["StringList", "MapList"].includes(parameterType(parameter));
  const one = Math.max(maxChars ?? 0, ...(allowedValues ?? []).map(size));
  // Lists are given as texts, each in quotes and with a comma.
  return Math.max(given, list ? (maxItems ?? 1) * (one === 0 ? 0 : one + 3) : one);
}

const size = (value: unknown): number =>
  value === undefined ? 0 : Buffer.byteLength(asText(value));
