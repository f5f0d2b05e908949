import type { Config } from "../common/config.ts";

/** The name of a StackSet of the rollout. */
export const stackSetName = (rollout: string, part: "Roles" | "Region"): string =>
  `${rollout}-${part}`;

/** Whether the accounts get anything in each Region. */
export const hasRegionalPart = (config: Config): boolean =>
  config.copyDocument || config.backupBucket;
