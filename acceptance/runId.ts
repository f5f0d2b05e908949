import { randomBytes } from "node:crypto";

/** A day, so that a person knows it again, and enough of chance for the name of a bucket. */
export const newRunId = (now: Date): string =>
  `${now.toISOString().slice(0, 10).replaceAll("-", "")}-${randomBytes(4).toString("hex")}`;

export const isRunId = (text: string): boolean => /^20\d{6}-[0-9a-f]{8}$/.test(text);
