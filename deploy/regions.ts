import pLimit from "p-limit";
import { interactive } from "../common/ask.ts";

/** Regions worked on at the same time. */
const AT_ONCE = 4;

/** Runs something for each Region, a few at a time, and waits for all. */
export const eachRegion =
  (regions: readonly string[]) =>
  <T>(work: (region: string) => Promise<T>): Promise<T[]> => {
    const limit = pLimit(AT_ONCE);
    return Promise.all(regions.map((region) => limit(() => work(region))));
  };

/** listr2 in the form that fits: lines that stay, on a terminal and in a log. */
export const progressOptions = { renderer: interactive() ? "default" : "simple" } as const;
