/** What a call must be allowed: the types, and what many services' tables need. */
import type { DecodedCall } from "../decode.ts";
import type { Facts } from "./facts.ts";

/** One action on one resource that a call must be allowed. */
export interface Requirement {
  /** `ec2:CreateTags` */
  readonly action: string;
  /** `*` for an action that knows no resources. */
  readonly resource: string;
  /** What the refusal names; for a resource yet to be made its type with `*`. */
  readonly shown?: string;
  /** The account that the resource belongs to. */
  readonly resourceAccount: string;
  readonly context: Readonly<Record<string, string | string[]>>;
  /** A bucket, key or trust policy. */
  readonly resourcePolicy?: unknown;
}

/** The requirements of a call; undefined for an operation that is not entered. */
export type Requirements = (
  call: DecodedCall,
  facts: Facts,
) => Promise<readonly Requirement[] | undefined>;
