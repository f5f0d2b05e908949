/** What the probes are about, and what is decided before anything is made. */
import { readdirSync } from "node:fs";
import { assumptionIds, assumptions } from "automation-emulator/assumptions";
import { checkDocument } from "automation-validator/check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { type Facts, MOST_RUNNING, productionSigns } from "../../acceptance/account.ts";
import { NEEDS, type Need } from "../../acceptance/needs.ts";
import { callerPolicy } from "../../acceptance/policy.ts";
import { cents, costsOf } from "../../acceptance/prices.ts";
import { probes, unasked } from "../../acceptance/probes/index.ts";
import { createRegistry, inOrder } from "../../acceptance/registry.ts";
import { textOf } from "../../acceptance/resources/executions.ts";
import { isRunId, newRunId } from "../../acceptance/runId.ts";
import { inProject } from "../../build/root.ts";
import { runbookDocument } from "../account/document.ts";

const sandbox: Facts = {
  account: "111122223333",
  running: 0,
  managedBy: "999988887777",
  aliases: ["contain-sandbox"],
  tags: [{ of: "vpc-1", key: "Environment", value: "sandbox" }],
  contained: [],
  unseen: [],
};

describe("an account looks like production", () => {
  const tagged = (key: string, value: string): Partial<Facts> => ({
    tags: [{ of: "vpc-1", key, value }],
  });
  it.each<[Partial<Facts>, RegExp | undefined]>([
    [{}, undefined],
    [{ managedBy: undefined }, undefined],
    [{ running: MOST_RUNNING }, undefined],
    [{ running: MOST_RUNNING + 1 }, /6 instances are running .* more than the 5/],
    [{ managedBy: "111122223333" }, /manages an organization/],
    [{ aliases: ["acme-prod"] }, /is called acme-prod/],
    [{ aliases: ["acme-production-eu"] }, /is called/],
    [{ aliases: ["acme-products-dev"] }, undefined],
    [tagged("env", "prod"), /vpc-1 has the tag env=prod/],
    [tagged("Environment", "PRODUCTION"), /Environment=PRODUCTION/],
    [tagged("acme:stage", "prd-2"), /acme:stage=prd-2/],
    [tagged("Name", "prod-vpc"), /Name=prod-vpc/],
    [tagged("Name", "live"), /Name=live/],
    [tagged("Name", "delivery-test"), undefined],
    [tagged("env", "nonprod"), undefined],
    [tagged("Owner", "production team"), undefined],
    [{ contained: ["i-0123456789abcdef0"] }, /i-0123456789abcdef0 is contained/],
  ])("%j: %s", (facts, sign) => {
    const signs = productionSigns({ ...sandbox, ...facts }).join("; ");
    if (sign === undefined) expect(signs).toBe("");
    else expect(signs).toMatch(sign);
  });

  it("many tags are not all named", () => {
    const tags = Array.from({ length: 9 }, (_, at) => ({
      ...{ of: `i-${at}`, key: "env", value: "prod" },
    }));
    const signs = productionSigns({ ...sandbox, tags });
    expect(signs).toHaveLength(6);
    expect(signs.at(-1)).toBe("4 more such tags");
  });
});

describe("the probes", () => {
  it("ask about each assumption of the emulator, or it is said why none does", () => {
    const asked = probes.map(({ id }) => id);
    expect(new Set(asked).size).toBe(asked.length);
    for (const id of assumptionIds)
      expect([asked.includes(id), unasked[id] !== undefined], id).toContainEqual(true);
    for (const id of Object.keys(unasked)) expect(asked).not.toContain(id);
    const own = asked.filter((id) => !(assumptionIds as readonly string[]).includes(id));
    expect(own.sort()).toEqual([
      "open-time",
      "runbook-contain",
      "runbook-dry-run",
      "runbook-release",
    ]);
    for (const { id, question, expected } of probes)
      if (id in assumptions)
        expect({ question, expected }).toEqual({
          question: assumptions[id as keyof typeof assumptions].question,
          expected: assumptions[id as keyof typeof assumptions].engine,
        });
  });

  it("have documents in which nothing is wrong but what they ask about", async () => {
    const meant: Readonly<Record<string, readonly string[]>> = {
      child: ["REF06", "REF06", "REF06"],
      loopOutput: ["FLOW03"],
      pattern: ["REF06"],
      values: ["REF06", "SCRIPT10"],
    };
    const folder = inProject("acceptance", "probes", "documents");
    for (const file of readdirSync(folder)) {
      const name = file.replace(/\.yaml$/, "");
      const findings = await checkDocument(textOf(name), { file });
      expect(findings.map(({ id }) => id).sort(), file).toEqual(meant[name] ?? []);
    }
  });

  it("try each kind of branch that the runbook has", () => {
    const tried = kindsOf(textOf("branches"));
    for (const kind of kindsOf(runbookDocument().yaml)) expect([...tried]).toContain(kind);
    expect(tried.size).toBeGreaterThan(3);
  });
});

interface Rule {
  readonly And?: readonly Rule[];
  readonly Variable?: string;
}

/** The kinds of a document's branches: the comparison and where its value is from, `And`, and `Default`. */
function kindsOf(yaml: string): ReadonlySet<string> {
  const kinds = new Set<string>();
  const add = ({ And, Variable = "", ...rest }: Rule): void => {
    if (And !== undefined) {
      kinds.add("And");
      And.forEach(add);
      return;
    }
    const operators = Object.keys(rest).filter((key) => key !== "NextStep");
    kinds.add(`${operators} of a ${Variable.includes(".") ? "step" : "parameter"}`);
  };
  for (const { action, inputs } of parse(yaml).mainSteps)
    if (action === "aws:branch") {
      inputs.Choices.forEach(add);
      if (inputs.Default !== undefined) kinds.add("Default");
    }
  return kinds;
}

describe("the costs", () => {
  const all = Object.keys(NEEDS) as Need[];
  it("are rounded up to cents, and dearer in Regions other than the one of the prices", () => {
    expect(cents([{ what: "a step", dollars: 0.002 }])).toBe(1);
    expect(cents([])).toBe(0);
    const [here, there] = ["us-east-1", "sa-east-1"].map((region) =>
      cents(costsOf(probes, all, region)),
    ) as [number, number];
    expect(here).toBeGreaterThan(0);
    expect(here).toBeLessThan(100);
    expect(there).toBeGreaterThan(here);
  });

  it("are of what is made: without instances none is paid for", () => {
    const text = JSON.stringify(costsOf([], ["bucket"], "us-east-1"));
    expect(text).not.toContain("instances");
  });
});

describe("the registry", () => {
  it("removes what uses another before it, and each once", () => {
    expect(
      inOrder([
        { kind: "vpc", id: "v" },
        { kind: "bucket", id: "b" },
        { kind: "instance", id: "i" },
        { kind: "execution", id: "e" },
        { kind: "vpc", id: "v" },
        { kind: "group", id: "g" },
      ]).map(({ id }) => id),
    ).toEqual(["e", "i", "g", "v", "b"]);
  });

  it("knows a name before it is made, and makes nothing after a stop", async () => {
    const controller = new AbortController();
    const registry = createRegistry(controller.signal);
    const lost = registry.named("role", "r", () => Promise.reject(new Error("the answer is lost")));
    await expect(lost).rejects.toThrow("lost");
    expect(registry.all()).toEqual([{ kind: "role", id: "r" }]);
    controller.abort(new Error("stopped"));
    let made = false;
    const make = async (): Promise<string> => {
      made = true;
      return "vpc-1";
    };
    await expect(registry.numbered("vpc", make)).rejects.toThrow("stopped");
    expect(made).toBe(false);
  });
});

it.each(["us-east-1", "ap-southeast-2", "us-gov-west-1"])(
  "the caller's policy in %s is no longer than a managed policy may be",
  (region) => {
    const text = JSON.stringify(callerPolicy("111122223333", region));
    expect(text.replace(/\s/g, "").length).toBeLessThanOrEqual(6144);
  },
);

it("a run's id tells its day", () => {
  const id = newRunId(new Date("2026-11-25T12:00:00Z"));
  expect(id).toMatch(/^20261125-[0-9a-f]{8}$/);
  expect(isRunId(id)).toBe(true);
  expect(isRunId("20261125")).toBe(false);
});
