import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAccounts } from "../../common/accounts.ts";
import { chunks } from "../../common/chunks.ts";
import { calls, isDone, plan } from "../../deploy/share/plan.ts";

const account = fc.integer({ min: 0, max: 200 }).map((number) => String(100_000_000_000 + number));
const accounts = fc.uniqueArray(account, { maxLength: 120 });
const OWNER = "999999999999";

describe("the plan of a share", () => {
  it("applied in batches of at most 20 leads to exactly what is wanted, with --prune", () => {
    fc.assert(
      fc.property(accounts, accounts, fc.boolean(), (shared, wanted, everyone) => {
        const now = new Set(everyone ? [...shared, "all"] : shared);
        const steps = plan([...now], [...wanted, OWNER], OWNER, true);
        for (const call of calls(steps)) {
          expect(call.add.length).toBeLessThanOrEqual(20);
          expect(call.remove.length).toBeLessThanOrEqual(20);
          if (call.remove.includes("all")) expect(call).toEqual({ add: [], remove: ["all"] });
          for (const id of call.remove) now.delete(id);
          for (const id of call.add) now.add(id);
        }
        expect([...now].sort()).toEqual([...wanted].sort());
        expect(now.size).toBe(steps.after);
      }),
    );
  });

  it("never takes anyone away without --prune, but all", () => {
    fc.assert(
      fc.property(accounts, accounts, (shared, wanted) => {
        const steps = plan(shared, wanted, OWNER, false);
        expect(steps.remove).toEqual([]);
        expect(steps.after).toBe(new Set([...shared, ...wanted]).size);
      }),
    );
  });

  it("is empty when it has been carried out", () => {
    fc.assert(
      fc.property(accounts, accounts, (shared, wanted) => {
        const done = [...new Set([...shared, ...wanted])];
        expect(isDone(plan(done, wanted, OWNER, false))).toBe(true);
      }),
    );
  });

  it("removes before it adds, so that a document near the limit has room", () => {
    const steps = plan(["100000000001"], ["100000000002"], OWNER, true);
    expect(calls(steps)).toEqual([
      { add: [], remove: ["100000000001"] },
      { add: ["100000000002"], remove: [] },
    ]);
  });
});

it("pieces of a list are the list", () => {
  fc.assert(
    fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 30 }), (list, size) => {
      expect(chunks(list, size).flat()).toEqual(list);
    }),
  );
});

describe("a file of accounts", () => {
  it("has ids on lines, with comments, blanks and commas", () => {
    expect(
      parseAccounts("# team\n111122223333, 444455556666 # two\r\n\n111122223333", "f"),
    ).toEqual(["111122223333", "444455556666"]);
  });

  it("is refused with the line that has something else", () => {
    expect(() => parseAccounts("111122223333\n12345", "f.txt")).toThrow(
      "f.txt, line 2: 12345 is not an account id",
    );
    expect(() => parseAccounts("ALL", "f.txt")).toThrow("public");
  });
});
