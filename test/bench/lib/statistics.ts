/** Median and spread of a few samples. */
export interface Sample {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** @throws Error for no samples */
export function sampleOf(values: readonly number[]): Sample {
  const sorted = values.toSorted((a, b) => a - b);
  const [least, most] = [sorted[0], sorted.at(-1)];
  if (least === undefined || most === undefined) throw new Error("There is nothing to sum up.");
  const middle = (sorted.length - 1) / 2;
  const [low = least, high = most] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return { median: (low + high) / 2, least, most };
}

/** `1.2 (1.1–1.4)`: the median and the spread; the median alone where they are as good as one. */
export function told({ median, least, most }: Sample, digits = 1): string {
  const [middle, low, high] = [median, least, most].map((value) => value.toFixed(digits));
  return low === high ? `${middle}` : `${middle} (${low}–${high})`;
}
