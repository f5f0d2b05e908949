import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { rulesThatFit } from "../../steps/parameters.ts";
import { runbookDocument } from "../account/document.ts";
import { sharedEmulator } from "../account/emulator.ts";
import { callsIn, type Parameters, section } from "../account/run.ts";
import { rulesOf } from "../account/snapshot.ts";
import { ownGroups } from "../account/state.ts";
import { backupKey, makeTestAccount } from "../account/testAccount.ts";

const emulator = await sharedEmulator();
const testAccount = await makeTestAccount(emulator);

/** Runs live with parameters that must be refused: nothing may be looked at or changed. Why it failed. */
async function refusal(parameters: Parameters): Promise<string> {
  const run = await testAccount.run({ DryRun: "false", ...parameters });
  expect(run.status).toBe("Failed");
  expect(run.steps.map((step) => step.name)).toEqual(["validateRequiredInputs"]);
  expect(emulator.calls.mutating({ executionId: run.id })).toEqual([]);
  return run.failure;
}

const rule = (parts: Readonly<Record<string, string>>): string =>
  JSON.stringify({
    Cidr: "198.51.100.7/32",
    IpProtocol: "tcp",
    FromPort: "22",
    ToPort: "22",
    ...parts,
  });

const withoutPorts = (Cidr: string, IpProtocol: string): string =>
  JSON.stringify({ Cidr, IpProtocol });

describe("rules", () => {
  test("every protocol, address family and port form becomes the containment group's rule, duplicates once", async () => {
    const own = await makeTestAccount(emulator);
    const run = await own.contain({
      IngressInput: [
        rule({}),
        rule({ FromPort: "8000", ToPort: "8080" }),
        rule({ IpProtocol: "udp", FromPort: "53", ToPort: "53" }),
        rule({ IpProtocol: "icmp", FromPort: "8", ToPort: "0" }),
        rule({ IpProtocol: "icmp", FromPort: "-1", ToPort: "-1", Cidr: "203.0.113.0/24" }),
        rule({ IpProtocol: "icmpv6", FromPort: "128", ToPort: "-1", Cidr: "2001:db8::/64" }),
        rule({ IpProtocol: "TCP", Cidr: "2001:DB8:0::1/128", FromPort: "443", ToPort: "443" }),
        rule({}),
      ],
      EgressInput: [
        withoutPorts("198.51.100.0/24", "-1"),
        rule({ IpProtocol: "udp", FromPort: "0", ToPort: "65535" }),
        rule({ IpProtocol: "-1", FromPort: "-1", ToPort: "-1", Cidr: "192.0.2.1/32" }),
      ],
    });
    expect(run.status, run.failure).toBe("Success");
    const [group] = await ownGroups(own);
    expect(rulesOf(group?.IpPermissions)).toEqual([
      "icmp -1--1 203.0.113.0/24",
      "icmp 8-0 198.51.100.7/32",
      "icmpv6 128--1 2001:db8::/64",
      "tcp 22-22 198.51.100.7/32",
      "tcp 443-443 2001:db8::1/128",
      "tcp 8000-8080 198.51.100.7/32",
      "udp 53-53 198.51.100.7/32",
    ]);
    expect(rulesOf(group?.IpPermissionsEgress)).toEqual([
      "-1 - 192.0.2.1/32",
      "-1 - 198.51.100.0/24",
      "udp 0-65535 198.51.100.7/32",
    ]);
    expect(run.report).toContain("198.51.100.7/32");
  });

  test("as many rules in each direction are taken as the parameters' texts promise", async () => {
    const own = await makeTestAccount(emulator);
    const many = Array.from({ length: rulesThatFit }, (_, port) =>
      rule({ FromPort: `${100 + port}`, ToPort: `${100 + port}` }),
    );
    const run = await own.contain({ IngressInput: many, EgressInput: many });
    expect(run.status, run.failure).toBe("Success");
  });

  test("more than fit beside the document are refused with how many bytes there are", async () => {
    const many = Array.from({ length: 40 }, (_, port) => rule({ FromPort: `${port}` }));
    expect(await refusal({ IngressInput: many })).toMatch(/\d+ bytes, \d+ are left .* fewer rules/);
  });

  const refused: [string, string, string][] = [
    ["host bits in an IPv4 range", rule({ Cidr: "198.51.100.7/24" }), "host bits"],
    ["host bits in an IPv6 range", rule({ Cidr: "2001:db8::1/64" }), "host bits"],
    ["a prefix that is too long", rule({ Cidr: "198.51.100.7/33" }), "198.51.100.7/33"],
    ["an address without a prefix", rule({ Cidr: "198.51.100.7" }), "IPv4 or IPv6 range"],
    ["a name in place of a range", rule({ Cidr: "sg-11112222333344445" }), "IPv4 or IPv6 range"],
    ["leading zeros", rule({ Cidr: "010.0.0.0/8" }), "010.0.0.0/8"],
    ["reversed ports", rule({ FromPort: "443", ToPort: "80" }), "FromPort is higher than ToPort"],
    ["a port over 65535", rule({ ToPort: "70000" }), "ToPort must be an integer"],
    ["a negative port", rule({ FromPort: "-1" }), "FromPort must be an integer"],
    ["a port that is no number", rule({ FromPort: "ssh" }), "FromPort must be an integer"],
    ["a missing port", '{"Cidr": "198.51.100.7/32", "IpProtocol": "tcp"}', "FromPort must be"],
    ["an unknown key", rule({ Port: "22" }), "keys Cidr, IpProtocol"],
    ["a key in another case", rule({ cidr: "10.0.0.0/8" }), "keys Cidr, IpProtocol"],
    ["an unknown protocol", rule({ IpProtocol: "sctpx" }), "IpProtocol must be"],
    ["ports with all protocols", rule({ IpProtocol: "-1" }), "have no ports"],
    ["a protocol by its number", rule({ IpProtocol: "6" }), "IpProtocol must be"],
    [
      "icmp with IPv6",
      rule({ IpProtocol: "icmp", Cidr: "::1/128" }),
      "icmp goes with IPv4 ranges and icmpv6 with IPv6 ranges",
    ],
    ["icmpv6 with IPv4", rule({ IpProtocol: "icmpv6" }), "icmp goes with IPv4"],
    ["an ICMP type over 255", rule({ IpProtocol: "icmp", FromPort: "256" }), "FromPort must be"],
    [
      "an ICMP code without a type",
      rule({ IpProtocol: "icmp", FromPort: "-1", ToPort: "3" }),
      "all ICMP types (FromPort -1) go with all codes",
    ],
  ];
  test.concurrent.each(refused)(
    "%s is refused with an error that quotes the rule",
    async (_, text, reason) => {
      const failure = await refusal({ EgressInput: [rule({ FromPort: "0" }), text] });
      expect(failure).toContain(reason);
      expect(failure).toContain("EgressInput, rule 2");
      expect(failure).toContain(JSON.stringify(JSON.parse(text)).replaceAll(/([:,])"/g, '$1 "'));
    },
  );

  test.concurrent.each([
    ["every IPv4 address, for all protocols", [withoutPorts("0.0.0.0/0", "-1")]],
    ["every IPv6 address, for all protocols", [withoutPorts("::/0", "-1")]],
    [
      "every address on every TCP port",
      [rule({ Cidr: "0.0.0.0/0", FromPort: "0", ToPort: "65535" })],
    ],
    ["every address on one port", [rule({ Cidr: "::/0" })]],
    ["both halves of all addresses", [rule({ Cidr: "0.0.0.0/1" }), rule({ Cidr: "128.0.0.0/1" })]],
    [
      "all addresses in three parts of two protocols",
      [
        withoutPorts("0.0.0.0/2", "-1"),
        rule({ Cidr: "64.0.0.0/2", IpProtocol: "udp" }),
        rule({ Cidr: "128.0.0.0/1" }),
      ],
    ],
  ])("rules that let in %s are refused", async (_, rules) => {
    for (const name of ["IngressInput", "EgressInput"])
      expect(await refusal({ [name]: rules })).toContain(`${name} allows every address`);
  });

  test("an empty map is refused", async () => {
    expect(await refusal({ IngressInput: ["{}"] })).toContain(
      "IngressInput, rule 1, {}: a rule is a map with the keys Cidr",
    );
  });
});

describe("TagIdentifier", () => {
  test.concurrent.each([["Key=aws:case,Value=1"], ["key=AWS:case,value=1"]])(
    "%s is refused: the prefix is AWS's",
    async (TagIdentifier) => {
      expect(await refusal({ TagIdentifier })).toContain("not yours to use");
    },
  );

  test.concurrent.each([
    ["Case=1"],
    ["Key=a,Value=b,c"],
    ["Key=,Value=1"],
    [`Key=${"k".repeat(129)},Value=`],
    ["Key=a b,Value=1"],
  ])("%s does not have the published form and is refused by SSM", async (TagIdentifier) => {
    await expect(testAccount.start({ TagIdentifier })).rejects.toThrow(/TagIdentifier/);
  });

  test.concurrent.each([
    ["KEY=BatchId,VALUE=", "BatchId", ""],
    [`Key=${"k".repeat(128)},Value=${"v".repeat(128)}`, "k".repeat(128), "v".repeat(128)],
    ["Key=a=b+c,Value=d=e@f/g", "a=b+c", "d=e@f/g"],
  ])("%s is taken as it is", async (TagIdentifier, Key, Value) => {
    const run = await testAccount.run({ TagIdentifier });
    const tags = callsIn(run).filter((call) => call.Call === "ec2:CreateTags");
    expect(tags.flatMap((call) => call.Parameters.Tags)).toContainEqual({ Key, Value });
  });
});

describe("S3PrefixName and Action", () => {
  test.concurrent.each([
    ["incidents/4711", "incidents/4711/"],
    ["incidents/4711/", "incidents/4711/"],
    [undefined, ""],
  ])("on Contain the key is put under %j", async (S3PrefixName, folder) => {
    const run = await testAccount.run(S3PrefixName === undefined ? {} : { S3PrefixName });
    expect(backupKey(run)).toMatch(
      new RegExp(`^${folder}\\d{4}/\\d\\d/\\d\\d/\\d\\d/\\d\\d/${run.id}\\.[0-9a-f]{64}\\.json$`),
    );
  });

  test.concurrent.each([
    ["/incidents"],
    ["incidents//4711"],
    ["incidents/4711.json"],
    ["x".repeat(129)],
  ])("on Contain %s is refused with what to give", async (S3PrefixName) => {
    const failure = await refusal({ S3PrefixName });
    expect(failure).toContain("a folder such as incidents/4711");
    expect(failure).toContain(S3PrefixName);
  });

  test.concurrent.each([[{}], [{ S3PrefixName: "incidents/4711" }]])(
    "on Release %j is refused: it has not the key of a backup",
    async (parameters) => {
      expect(await refusal({ Action: "Release", ...parameters })).toContain(
        "S3PrefixName must be the backup's key",
      );
    },
  );

  test("Restore does what Release does", async () => {
    const own = await makeTestAccount(emulator, { interfaces: [["web"]] });
    const key = backupKey(await own.contain());
    const run = await own.release(key, { Action: "Restore" });
    expect(run).toMatchObject({ status: "Success", reportStep: "restoreFinalOutput" });
    expect(section(run, "Interfaces")[0]).toContain("as before");
  });

  test("any other Action is refused by SSM", async () => {
    await expect(testAccount.start({ Action: "contain" })).rejects.toThrow(/Action/);
  });
});

test("every parameter says whether it is required and what to give", () => {
  const document = parse(runbookDocument().yaml) as {
    parameters: Record<string, { description: string; default?: unknown }>;
  };
  for (const [name, { description, default: usual }] of Object.entries(document.parameters)) {
    expect(description, name).toMatch(
      usual === undefined ? /^\(Required\) / : /^\((?:Optional|Contain only|Required)/,
    );
    expect(description.length, name).toBeGreaterThan(20);
  }
});
