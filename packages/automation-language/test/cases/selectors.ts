/** What selectors find. `undefined` in `found` stands for nothing; `refused` for a selector that is not read. */
export interface SelectorCase {
  readonly selector: string;
  readonly data: unknown;
  readonly found: unknown;
  readonly refused?: true;
}

const groups = {
  Count: 2,
  Empty: null,
  Groups: [
    { Name: "a", Size: 1, Tags: [{ Key: "x", Value: "1" }] },
    {
      Name: "b",
      Size: 5,
      Tags: [
        { Key: "x", Value: "2" },
        { Key: "y.z", Value: "3" },
      ],
    },
  ],
  "a-b": { "c d": true },
};

const rows: readonly (readonly [string, unknown])[] = [
  ["$", groups],
  ["$.Count", 2],
  ["$.Empty", null],
  ["$.Missing", undefined],
  ["$.Count.Deeper", undefined],
  ["$['a-b']['c d']", true],
  ['$["a-b"]', { "c d": true }],
  ["$.Groups[0].Name", "a"],
  ["$.Groups[-1].Name", "b"],
  ["$.Groups[2].Name", undefined],
  ["$.Groups.Name", undefined],
  // Always a list, of one element or none too.
  ["$.Groups[*].Name", ["a", "b"]],
  ["$.Groups[0:1].Name", ["a"]],
  ["$.Groups[:1].Name", ["a"]],
  ["$.Groups[-1:].Name", ["b"]],
  ["$..Name", ["a", "b"]],
  ["$..Missing", []],
  ["$..Tags[0].Value", ["1", "2"]],
  ["$..Tags..Value", ["1", "2", "3"]],
  ["$..['Name']", ["a", "b"]],
  ["$.Groups[?(@.Name == 'b')].Size", [5]],
  ['$.Groups[?(@.Name=="b")].Size', [5]],
  ["$.Groups[?(@.Name == 'c')].Size", []],
  ["$.Groups[?(@.Name != 'b')].Size", [1]],
  ["$.Groups[?(@.Size > 1)].Name", ["b"]],
  ["$.Groups[?(@.Size >= 1)].Name", ["a", "b"]],
  ["$.Groups[?(@.Size < 5)].Name", ["a"]],
  ["$.Groups[?(@.Size <= 5)].Name", ["a", "b"]],
  ["$.Groups[?(@.Size == '5')].Name", []],
  ["$.Groups[?(@.Name =~ /A/i)].Name", ["a"]],
  ["$..Tags[?(@.Key == 'y.z')].Value", ["3"]],
  // Without $, as released documents have it.
  ["Groups[0].Name", "a"],
  ["Count", 2],
];

const refused = [
  "",
  "$.",
  "$.Groups[",
  "$.Groups[?(@.Name == 'a' && @.Size == 1)]",
  "$.Groups[?(@.Name == 'a')].Tags[?(@.Key == 'x')]",
  "$.Groups[?(@.Name =~ 'a')]",
  "$.Groups.length()",
  "{{ step.Output }}",
];

export const selectorCases: readonly SelectorCase[] = [
  ...rows.map(([selector, found]) => ({ selector, data: groups, found })),
  ...refused.map((selector) => ({
    selector,
    data: groups,
    found: undefined,
    refused: true as const,
  })),
];
