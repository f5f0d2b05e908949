import type { EC2Client } from "@aws-sdk/client-ec2";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SSMClient } from "@aws-sdk/client-ssm";
import { partitionOf } from "automation-language/arn";
import { credentialsOf, ec2, s3, ssm } from "../common/clients.ts";
import { callerAccount } from "../common/preflight.ts";
import { Problem } from "../common/problem.ts";

/** An account and Region. */
export interface Place {
  /** Undefined: the account of the caller, whichever that is. */
  readonly account: string | undefined;
  readonly region: string;
}

export interface Clients {
  readonly ssm: SSMClient;
  readonly ec2: EC2Client;
  readonly s3: S3Client;
}

/** The clients for a place. @throws Problem for another account without a role to read there */
export type ClientsAt = (place: Place) => Promise<Clients>;

/** From where runs are started and read. */
export interface Home {
  readonly region: string;
  /** Name of the role to read other accounts by. */
  readonly assumeRole: string | undefined;
  readonly clientsAt: ClientsAt;
}

/**
 * @param region in which runs are started
 * @param assumeRole name of the role to read other accounts by
 */
export const homeIn = (region: string, assumeRole: string | undefined): Home => ({
  region,
  assumeRole,
  clientsAt: clientsAt(region, assumeRole),
});

/** A home of which all is read by these clients, such as those of an account in the emulator. */
export const homeWith = (clients: Clients, region: string): Home => ({
  region,
  assumeRole: undefined,
  clientsAt: async () => clients,
});

/** A place in words. */
export const placeName = ({ account, region }: Place): string =>
  account === undefined ? region : `${account} / ${region}`;

/**
 * Clients for places: of the caller's own account with the caller's credentials, of any other with those of a role
 * there.
 *
 * @param region of the caller, in which STS is asked
 * @param role name of the role to assume in other accounts
 */
function clientsAt(region: string, role: string | undefined): ClientsAt {
  const known = new Map<string, Promise<Clients>>();
  let own: Promise<string> | undefined;
  const make = async (place: Place): Promise<Clients> => {
    own ??= place.account === undefined ? undefined : callerAccount(region);
    if (place.account === undefined || place.account === (await own))
      return { ssm: ssm(place.region), ec2: ec2(place.region), s3: s3(place.region) };
    if (role === undefined)
      throw new Problem(
        `What ran in account ${place.account} can't be read with the credentials of another account.`,
        "Give --assume-role with the name of a role in that account which trusts you and may read there (docs/deploy.md has its permissions), or run the command with credentials of that account.",
      );
    const arn = `arn:${partitionOf(place.region)}:iam::${place.account}:role/${role}`;
    const credentials = credentialsOf(arn, region);
    return {
      ssm: ssm(place.region, credentials),
      ec2: ec2(place.region, credentials),
      s3: s3(place.region, credentials),
    };
  };
  return (place) => {
    const name = placeName(place);
    const there = known.get(name) ?? make(place);
    known.set(name, there);
    return there;
  };
}
