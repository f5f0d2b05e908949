import fc from "fast-check";
import { expect, it } from "vitest";
import { contentHash, versionName } from "../../common/version.ts";

it("a version's name is one that SSM takes, for any package version and text", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: "grapheme" }),
      (version, yaml) => {
        expect(versionName(version, yaml)).toMatch(/^[a-zA-Z0-9_\-.]{1,128}$/);
      },
    ),
  );
});

it("the same text has the same name and other text another", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (one, other) => {
      expect(versionName("1.0.0", one) === versionName("1.0.0", other)).toBe(one === other);
    }),
  );
});

it("the hash is the one that SSM gives: SHA-256, hexadecimal", () => {
  expect(contentHash("a")).toBe("ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb");
});
