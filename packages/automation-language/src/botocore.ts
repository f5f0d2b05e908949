import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/** A shape of a service model: what a value of an operation's input or output looks like. */
export interface Shape {
  readonly type: string;
  readonly members?: Readonly<Record<string, Member>>;
  readonly member?: Member;
  readonly key?: Member;
  readonly value?: Member;
  readonly required?: readonly string[];
  readonly enum?: readonly string[];
  /** Bounds of a number, or of a length. */
  readonly min?: number;
  readonly max?: number;
  readonly payload?: string;
  readonly streaming?: boolean;
  readonly eventstream?: boolean;
  readonly document?: boolean;
  /** HTML. */
  readonly documentation?: string;
}

export interface Member {
  readonly shape: string;
  readonly streaming?: boolean;
  readonly idempotencyToken?: boolean;
  /** HTML. */
  readonly documentation?: string;
}

export interface Operation {
  readonly name: string;
  readonly input?: Member;
  readonly output?: Member;
}

export interface Service {
  /** boto3's name, such as ec2. */
  readonly name: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly shapes: Readonly<Record<string, Shape>>;
  /** The waiters' operations, by the waiter's name, such as ImageAvailable. */
  readonly waiters: Readonly<Record<string, string>>;
}

/** The service models that ship with botocore, AWS's own description of every operation. */
export interface Models {
  /** Every service that boto3 knows. */
  readonly names: readonly string[];
  /** The model of a service; undefined for a name that boto3 does not know. Read once a process. */
  service(name: string): Service | undefined;
}

const known = new Map<string, Models>();

/** The models below a data folder of botocore; the same object for the same folder. */
export function modelsOf(folder: string): Models {
  const found = known.get(folder);
  if (found) return found;
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  const services = new Map<string, Service>();
  const models: Models = {
    names,
    service(name) {
      if (!names.includes(name)) return undefined;
      const service = services.get(name) ?? readService(folder, name);
      if (service !== undefined) services.set(name, service);
      return service;
    },
  };
  known.set(folder, models);
  return models;
}

function readService(folder: string, name: string): Service | undefined {
  const versions = readdirSync(join(folder, name)).sort();
  for (const version of versions.toReversed()) {
    const model = readJson(join(folder, name, version, "service-2.json"));
    if (model === undefined) continue;
    const waiters = readJson(join(folder, name, version, "waiters-2.json")) as
      | { waiters?: Record<string, { operation: string }> }
      | undefined;
    return {
      ...(model as Omit<Service, "name" | "waiters">),
      name,
      waiters: Object.fromEntries(
        Object.entries(waiters?.waiters ?? {}).map(([waiter, { operation }]) => [
          waiter,
          operation,
        ]),
      ),
    };
  }
  return undefined;
}

function readJson(path: string): unknown {
  if (existsSync(`${path}.gz`))
    return JSON.parse(gunzipSync(readFileSync(`${path}.gz`)).toString("utf8"));
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
}

/** boto3's method of an operation: DescribeDBInstances → describe_db_instances. Follows botocore's xform_name. */
export function methodName(operation: string): string {
  const special: Readonly<Record<string, string>> = {
    CreateCachediSCSIVolume: "create_cached_iscsi_volume",
    CreateStorediSCSIVolume: "create_stored_iscsi_volume",
    DescribeCachediSCSIVolumes: "describe_cached_iscsi_volumes",
    DescribeStorediSCSIVolumes: "describe_stored_iscsi_volumes",
    ListHITsForQualificationType: "list_hits_for_qualification_type",
  };
  if (special[operation]) return special[operation];
  const plain = operation.replace("WhatsApp", "Whatsapp").replace("OTel", "Otel");
  const plural = /[A-Z]{2,}s$/.exec(plain)?.[0];
  const name =
    plural === undefined ? plain : `${plain.slice(0, -plural.length)}_${plural.toLowerCase()}`;
  return name
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replaceAll("__", "_");
}

const plainNames = new WeakMap<Service, ReadonlyMap<string, string>>();

/** The operation behind a method of boto3's client, those of the paginators and waiters left aside. */
export function operationOf(service: Service, method: string): string | undefined {
  const table =
    plainNames.get(service) ??
    new Map(Object.keys(service.operations).map((name) => [name.toLowerCase(), name]));
  plainNames.set(service, table);
  const name = table.get(method.replaceAll("_", ""));
  return name !== undefined && methodName(name) === method ? name : undefined;
}

/** All method names of a service's client that call an operation. */
export const methodsOf = (service: Service): string[] =>
  Object.keys(service.operations).map(methodName);
