import type { Rule } from "../rule.ts";

/** @see https://docs.aws.amazon.com/general/latest/gr/ssm.html */
const LIMIT = 65_536;

export const rule: Rule = {
  id: "LIMIT06",
  severity: "error",
  summary: "The document has at most 64 KB, its scripts included.",
  url: "https://docs.aws.amazon.com/general/latest/gr/ssm.html",
  *check({ text }) {
    const size = Buffer.byteLength(text);
    if (size > LIMIT)
      yield { path: [], message: `The document has ${size} bytes; ${LIMIT} is the most` };
  },
};
