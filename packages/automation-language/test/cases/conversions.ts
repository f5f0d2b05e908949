import type { DataType } from "automation-language/actions";

/** A value as an output or an input of a type; `undefined` in `becomes`: it can't be turned into it. */
export interface ConversionCase {
  readonly type: DataType;
  readonly value: unknown;
  readonly becomes: unknown;
}

const rows: readonly (readonly [DataType, unknown, unknown])[] = [
  ["String", "a", "a"],
  ["String", 3, "3"],
  ["String", true, "true"],
  ["String", ["a"], "a"],
  ["String", ["a", "b"], undefined],
  ["String", [], undefined],
  ["String", { a: 1 }, undefined],
  ["Integer", 3, 3],
  ["Integer", "3", 3],
  ["Integer", "-3", -3],
  ["Integer", "3.5", undefined],
  ["Integer", 3.5, undefined],
  ["Integer", "a", undefined],
  ["Integer", true, undefined],
  ["Integer", ["3"], 3],
  ["Boolean", true, true],
  ["Boolean", "True", true],
  ["Boolean", "false", false],
  ["Boolean", "yes", undefined],
  ["Boolean", 1, undefined],
  ["Boolean", [false], false],
  ["StringList", ["a", "b"], ["a", "b"]],
  ["StringList", [1, true], ["1", "true"]],
  ["StringList", "a", ["a"]],
  ["StringList", 3, ["3"]],
  ["StringList", [{ a: 1 }], ['{"a":1}']],
  ["StringList", [["a"]], undefined],
  ["StringList", { a: 1 }, undefined],
  ["StringMap", { a: 1 }, { a: 1 }],
  ["StringMap", "{}", undefined],
  ["StringMap", [{ a: 1 }], undefined],
  ["MapList", [{ a: 1 }], [{ a: 1 }]],
  ["MapList", [], []],
  ["MapList", { a: 1 }, undefined],
  ["MapList", ["a"], undefined],
];

export const conversionCases: readonly ConversionCase[] = rows.map(([type, value, becomes]) => ({
  type,
  value,
  becomes,
}));
