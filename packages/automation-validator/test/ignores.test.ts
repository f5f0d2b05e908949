import { describe, expect, it } from "vitest";
import { checkDocument } from "../src/check.ts";

const found = async (text: string) =>
  (await checkDocument(text, { file: "a.yaml" })).map(({ id, line }) => `${line} ${id}`);

const document = (above: string, onLine = "", first = "") => `${first}schemaVersion: "0.3"
parameters:
${above}  P:${onLine}
    type: String
    default: "{{ X"
  Q:
    type: Strng
mainSteps:
- {name: a, action: "aws:pause", inputs: {}}
`;

const bare = ["3 REF06", "6 REF06", "7 SCHEMA03"];

describe("a comment silences a rule", () => {
  it("nowhere where there is none", async () => {
    expect((await found(document(""))).filter((one) => !one.endsWith("REF05"))).toEqual(bare);
  });

  it("on its own line, for what the next line begins", async () => {
    const text = document("  # automation-validate-ignore: REF06, REF05 the console shows it\n");
    expect(await found(text)).toEqual(["7 REF06", "8 SCHEMA03"]);
  });

  it("at the end of a line, for that line", async () => {
    const text = document("", " # automation-validate-ignore: REF06 the console shows it");
    expect(await found(text)).not.toContain("3 REF06");
    expect(await found(text)).toContain("6 REF06");
  });

  it("before the document, for all of it, and by the letters of a family", async () => {
    const text = document("", "", "# automation-validate-ignore: REF SCHEMA a draft\n");
    expect(await found(text)).toEqual([]);
  });

  it("and is told where it hits nothing, names no rule or gives no reason", async () => {
    const comment = (words: string) => found(document(`  # automation-validate-ignore:${words}\n`));
    expect(await comment(" API03 not needed")).toContain("3 IGNORE01");
    expect(await comment(" REF99 not there")).toContain("3 IGNORE02");
    expect(await comment(" REF06")).toContain("3 IGNORE02");
    expect(await comment("")).toContain("3 IGNORE02");
    expect(await comment(" REF06")).not.toContain("4 REF06");
  });
});
