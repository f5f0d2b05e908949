/** Conditions of aws:branch with their references resolved; `refused`: Automation refuses the condition. */
export interface ConditionCase {
  readonly condition: Readonly<Record<string, unknown>>;
  readonly result: boolean | "refused";
}

const yes = { Variable: "a", StringEquals: "a" };
const no = { Variable: "a", StringEquals: "b" };

const rows: readonly (readonly [ConditionCase["condition"], ConditionCase["result"]])[] = [
  [yes, true],
  [no, false],
  [{ Variable: "a", StringEquals: "A" }, false],
  [{ Variable: "a", EqualsIgnoreCase: "A" }, true],
  [{ Variable: "abc", StartsWith: "ab" }, true],
  [{ Variable: "abc", StartsWith: "bc" }, false],
  [{ Variable: "abc", EndsWith: "bc" }, true],
  [{ Variable: "abc", Contains: "b" }, true],
  [{ Variable: ["abc", "b"], Contains: "b" }, true],
  [{ Variable: ["abc"], Contains: "b" }, false],
  [{ Variable: "5", StringEquals: 5 }, true],
  [{ Variable: 5, StringEquals: "5" }, "refused"],
  [{ Variable: 5, NumericEquals: 5 }, true],
  [{ Variable: "5", NumericEquals: "5.0" }, true],
  [{ Variable: 5, NumericGreater: 5 }, false],
  [{ Variable: 5, NumericGreaterOrEquals: 5 }, true],
  [{ Variable: 5, NumericLesser: 6 }, true],
  [{ Variable: 5, NumericLesserOrEquals: 4 }, false],
  [{ Variable: "a", NumericEquals: 5 }, "refused"],
  [{ Variable: true, BooleanEquals: true }, true],
  [{ Variable: true, BooleanEquals: "True" }, true],
  [{ Variable: false, BooleanEquals: true }, false],
  [{ Variable: "true", BooleanEquals: true }, "refused"],
  [{ Not: yes }, false],
  [{ Not: no }, true],
  [{ And: [yes, no] }, false],
  [{ And: [yes, yes] }, true],
  [{ Or: [no, yes] }, true],
  [{ Or: [no, no] }, false],
  [{ And: [yes, { Or: [no, { Not: no }] }] }, true],
  [{ Or: [yes] }, "refused"],
  [{ And: [yes] }, "refused"],
  [{ And: [] }, "refused"],
  [{ And: yes }, "refused"],
  [{ Not: [yes] }, "refused"],
  [{}, "refused"],
  [{ Variable: "a" }, "refused"],
  [{ StringEquals: "a" }, "refused"],
  [{ Variable: "a", StringEquals: "a", StartsWith: "a" }, "refused"],
  [{ Variable: "a", Matches: "a" }, "refused"],
  [{ Variable: "a", StringEquals: ["a"] }, "refused"],
];

export const conditionCases: readonly ConditionCase[] = rows.map(([condition, result]) => ({
  condition,
  result,
}));
