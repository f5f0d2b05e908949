import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { printable } from "../../../common/printable.ts";
import { networkPicture } from "../../../operate/report/index.ts";
import { momentsOf } from "../../../operate/report/moments.ts";
import { reportPage } from "../../../operate/report/page.tsx";
import {
  DIGEST,
  dataLike,
  ENI,
  HOSTILE,
  hostilePage,
  INSIDE,
  INSTANCE,
  KEY,
  recordLike,
  WEB,
} from "./example.ts";

describe("a page whose names are hostile", () => {
  it.each(HOSTILE)("shows %j as text", (text, shown) => {
    const page = hostilePage(text);
    expect(page.split(shown).length).toBeGreaterThan(25);
    expect(page.match(/<script[\s>]/g)).toHaveLength(1);
    expect(page.match(/<\/?style>/g)).toHaveLength(2);
    expect(page).not.toMatch(/<img|<iframe|<object|<[a-z]+\s[^>]*\son[a-z]+=/i);
    expect(page).not.toMatch(/href="(?!#)/);
    expect(page).toBe(printable(page));
  });

  it("draws the picture alone as safely", () => {
    const [before] = momentsOf(
      recordLike({ groupName: "<b>\u202e" }),
      undefined,
      undefined,
    ).networks;
    const picture = before === undefined ? "" : networkPicture(before);
    expect(picture).toContain("&lt;b>\\u202e");
    expect(picture).toContain(WEB.id);
  });
});

describe("a page", () => {
  const page = reportPage(dataLike());

  it("allows its own styles and script, by their hashes, and nothing else", () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? "";
    const hash = (text = "") => createHash("sha256").update(text).digest("base64");
    const style = hash(/<style>([\s\S]*)<\/style>/.exec(page)?.[1]);
    const script = hash(/<script>([\s\S]*)<\/script>/.exec(page)?.[1]);
    expect(policy.split("; ").sort()).toEqual([
      "base-uri 'none'",
      "default-src 'none'",
      "form-action 'none'",
      `script-src 'sha256-${script}'`,
      `style-src 'sha256-${style}'`,
    ]);
  });

  it("asks nothing of a network", () => {
    expect(page).not.toMatch(/\b(?:src|srcset|action|poster|data)=/);
    expect(page).not.toMatch(/url\(|@import|<link|https?:/);
  });

  it("says the verdict first, then the network, the steps, the changes, the evidence and what to do", () => {
    const order = [
      "Contained",
      "Network",
      "Timeline",
      "Made and changed",
      "Evidence",
      "What to do next",
      "Record",
    ];
    const found = order.map(
      (heading) => new RegExp(`<h[12][^>]*>${heading}`).exec(page)?.index ?? -1,
    );
    expect(found).toEqual([...found].sort((a, b) => a - b));
    expect(found).not.toContain(-1);
  });

  it("has the name of each group beside its id", () => {
    expect(page).toContain(`<bdi class="name">${WEB.name}</bdi> <code>${WEB.id}</code>`);
    expect(page).toContain(`<code>${INSIDE.id}</code> <bdi class="note">${INSIDE.name}</bdi>`);
  });

  it("has the backup's key and digest, and says that it was not checked where it was not", () => {
    expect(page).toContain(KEY);
    expect(page).toContain(`<code>${DIGEST}</code>`);
    expect(page).toContain("not checked");
  });

  it.each([
    [DIGEST, /is-good">has exactly this content/],
    ["b".repeat(64), /is-bad">has OTHER content/],
  ])("says whether the backup has its content: %s", (digest, said) => {
    const checked = reportPage({
      ...dataLike(),
      evidence: {
        read: new Date(),
        unread: [],
        images: [],
        backup: { digest, bytes: 10, versionId: "v1", written: new Date(), text: undefined },
      },
    });
    expect(checked).toMatch(said);
  });

  it("puts what to do before the network, where the containment failed", () => {
    const failed = reportPage(
      dataLike({
        title: "CONTAINMENT FAILED; the instance is NOT isolated as asked",
        sections: { "To finish": ["Start again with the same parameters."] },
      }),
    );
    expect(failed.indexOf('id="next"')).toBeGreaterThan(0);
    expect(failed.indexOf('id="next"')).toBeLessThan(failed.indexOf('id="network"'));
  });

  it("says of a dry run what changes for each interface, then the calls", () => {
    const dry = reportPage(
      dataLike({
        execution: { Parameters: { InstanceId: [INSTANCE] } },
        title: "DRY RUN OF CONTAIN, nothing was changed",
        sections: {
          Interfaces: [],
          "What changes": [`${ENI}: from ${WEB.id} (web): to the containment group`],
          "Calls that would be made": [
            { Step: "verdict", Call: "ec2:CreateTags", Parameters: { Resources: [ENI] } },
            {
              Step: "getAutoScalingInstanceInfo",
              Call: "ec2:ModifyNetworkInterfaceAttribute",
              Parameters: { NetworkInterfaceId: ENI, Groups: [WEB.id], DryRun: true },
            },
          ],
        },
      }),
    );
    expect(dry.indexOf('id="plan"')).toBeLessThan(dry.indexOf('id="calls"'));
    expect(dry).toContain("<code>ec2:CreateTags</code> in verdict");
    expect(dry).toContain(`${ENI} to web (${WEB.id}); a try (DryRun), which changes nothing`);
    expect(dry.indexOf("in getAutoScalingInstanceInfo:")).toBeLessThan(dry.indexOf("in verdict"));
    expect(dry).not.toContain('id="changes"');
  });
});
