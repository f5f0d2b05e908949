/** Condition keys that many services share. */
import { tagMap } from "../identities.ts";
import type { Tags } from "./facts.ts";

type Context = Record<string, string | string[]>;

/** `aws:RequestTag/…` and `aws:TagKeys`, for tags that a request brings. */
export function requestTags(tags: Tags): Context {
  const keys = Object.keys(tags);
  if (keys.length === 0) return {};
  return {
    ...Object.fromEntries(keys.map((key) => [`aws:RequestTag/${key}`, tags[key] ?? ""])),
    "aws:TagKeys": keys,
  };
}

/** `aws:ResourceTag/…` and the service's own key of that kind. */
export function resourceTags(service: string, tags: Tags = {}): Context {
  return Object.fromEntries(
    Object.entries(tags).flatMap(([key, value]) => [
      [`aws:ResourceTag/${key}`, value],
      [`${service}:ResourceTag/${key}`, value],
    ]),
  );
}

/** A list parameter's strings. */
export function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

export { tagMap };
