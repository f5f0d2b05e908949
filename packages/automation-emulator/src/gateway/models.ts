/**
 * Service models as botocore ships them: what an operation's parameters are called, their types and
 * their place in the request.
 * Protocols: https://smithy.io/2.0/aws/protocols/index.html
 */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { kept } from "./kept.ts";

export interface ShapeRef {
  readonly shape: string;
  readonly location?: "uri" | "querystring" | "header" | "headers" | "statusCode";
  readonly locationName?: string;
  readonly queryName?: string;
  readonly flattened?: boolean;
}

export interface Shape {
  readonly type: string;
  readonly members?: Readonly<Record<string, ShapeRef>>;
  readonly member?: ShapeRef;
  readonly key?: ShapeRef;
  readonly value?: ShapeRef;
  readonly flattened?: boolean;
  readonly payload?: string;
  readonly required?: readonly string[];
  /** Of a number its value, of all else its length. */
  readonly min?: number;
  readonly max?: number;
  /** A regular expression of Java. */
  readonly pattern?: string;
  readonly enum?: readonly string[];
  /** The value is a secret and must not reach the log. */
  readonly sensitive?: boolean;
}

export interface Operation {
  readonly name: string;
  readonly http: { readonly method: string; readonly requestUri: string };
  readonly input?: ShapeRef;
  readonly deprecated?: boolean;
}

export interface ServiceModel {
  /** botocore's name of the service, for instance `s3control` or `resourcegroupstaggingapi`. */
  readonly name: string;
  readonly metadata: { readonly protocol: string };
  readonly operations: Readonly<Record<string, Operation>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

/** Loads a model once; undefined for a service that botocore does not know. */
export type ModelLoader = (service: string) => Promise<ServiceModel | undefined>;

export function modelLoader(folder: string): ModelLoader {
  const loaded = new Map<string, Promise<ServiceModel | undefined>>();
  return (service) => kept(loaded, service, () => load(folder, service));
}

async function load(folder: string, service: string): Promise<ServiceModel | undefined> {
  const home = join(folder, service);
  if (!/^[a-z0-9-]+$/.test(service) || !existsSync(home)) return undefined;
  const versions = (await readdir(home)).sort();
  const newest = versions.at(-1);
  if (newest === undefined) return undefined;
  const zipped = await readFile(join(home, newest, "service-2.json.gz"));
  const text = (await promisify(gunzip)(zipped)).toString("utf8");
  const model = JSON.parse(text) as Omit<ServiceModel, "name">;
  return { ...model, name: service };
}
