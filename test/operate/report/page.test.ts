import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { printable } from "../../../common/printable.ts";
import { networkPicture } from "../../../operate/report/index.ts";
import { momentsOf } from "../../../operate/report/moments.ts";
import type { NetworkInterface } from "../../../operate/report/network.ts";
import { reportPage, verdictOfData } from "../../../operate/report/page.tsx";
import {
  caseLike,
  DIGEST,
  dataLike,
  ENI,
  HOSTILE,
  hostileCase,
  hostilePage,
  ID,
  INSIDE,
  INSTANCE,
  KEY,
  recordLike,
  WEB,
} from "./example.ts";

describe("a page whose names are hostile", () => {
  it.each(
    HOSTILE.flatMap((each) => [
      [...each, "of an instance", hostilePage] as const,
      [...each, "of a whole case", hostileCase] as const,
    ]),
  )("shows %j as %j, %s", (text, shown, _, pageOf) => {
    const page = pageOf(text);
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

  it("does not call contained what could not be read when it was made", () => {
    const now = { read: new Date(), unread: ["No."], groups: new Map(), interfaces: undefined };
    const blind = reportPage({ ...dataLike(), now });
    expect(blind).toContain(
      "<h1>Contained at the end of the run; how it stands now could not be read</h1>",
    );
    expect(blind).toContain('class="verdict tone-warn"');
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

it("a dry run's page keeps a line that it can't read", () => {
  const line = `${ENI}: something of another form`;
  const page = reportPage(
    dataLike({
      execution: { Parameters: { InstanceId: [INSTANCE] } },
      title: "DRY RUN OF CONTAIN, nothing was changed",
      steps: { getAutoScalingInstanceInfo: {} },
      sections: { Interfaces: [], "What changes": [line] },
    }),
  );
  expect(page).toContain(`<li>${line}</li>`);
});

describe("the page of a run over several instances", () => {
  const failed = { title: "CONTAINMENT FAILED; the instance is NOT isolated as asked" };
  const there = { account: "444455556666", region: "eu-west-1" };

  it("lists all, those first that need somebody, each with its verdict, key and release line", () => {
    const page = reportPage(caseLike([{}, failed, { place: there }], {}, { assumeRole: "Reader" }));
    expect(page).toContain(
      "<h1>3 instances: 1 × Containment failed: the instance is NOT isolated as asked; 2 × Contained</h1>",
    );
    expect(page).toContain('class="verdict tone-bad"');
    const rows = [...page.matchAll(/<td class="(is-\w+)">([^<]*)</g)].map(([, kind]) => kind);
    expect(rows.slice(0, 3)).toEqual(["is-bad", "is-good", "is-good"]);
    expect(page.split(`s3://evidence-one/${KEY}`).length).toBeGreaterThan(3);
    expect(page).toContain(
      `--region us-east-1 --accounts 444455556666 --regions eu-west-1 --assume-role Reader --action Release --instance ${INSTANCE}`,
    );
    expect(page).toMatch(/npm run report -- \S+02 --region eu-west-1 --account 444455556666/);
    expect(page).toContain(`--action Release --of ${ID} --assume-role Reader --no-dry-run`);
  });

  it("says first how many are no longer as the run left them", () => {
    const read = new Date();
    const moved: NetworkInterface = {
      ...{ id: ENI, vpc: "vpc-1", addresses: [], state: "" },
      groups: [{ ...WEB, rules: undefined, note: "" }],
    };
    const now = { read, unread: [], groups: new Map(), interfaces: [moved] };
    const opened = caseLike([{ data: { ...dataLike(), now } }, {}]);
    expect(verdictOfData(opened)).toMatchObject({
      tone: "bad",
      headline: "2 instances: 2 × Contained, but 1 no longer as the run left it",
    });
    expect(verdictOfData(caseLike([{}, {}])).headline).toBe("2 instances: 2 × Contained");
  });

  it("has each instance's own report below its verdict, with headings a level deeper", () => {
    const page = reportPage(caseLike([{}]));
    expect(page).toContain(`Network, steps, changes and evidence of ${INSTANCE}`);
    expect(page).toMatch(/<h4 class="part">Network<\/h4>.*<h5 class="h3">/);
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("of a dry run has each plan, and the line that does it for all", () => {
    const dry = {
      title: "DRY RUN OF CONTAIN, nothing was changed",
      execution: { Parameters: { InstanceId: [INSTANCE] } },
      sections: { "What changes": [`${ENI}: from ${WEB.id} (web): to the containment group`] },
    };
    const page = reportPage(caseLike([dry, dry]));
    expect(page).toContain("<h1>2 instances: 2 × Dry run of Contain: nothing was changed</h1>");
    expect(page).toContain('class="verdict tone-plan"');
    expect(page).toContain("What changes:");
    expect(page).toMatch(/&quot;DryRun&quot;:\[&quot;false&quot;\].*--targets /);
  });

  it("says what could not be read, and how to read it, and takes no place for an empty one", () => {
    const page = reportPage(
      caseLike([{ data: "AWS refused the call." }], {
        unread: [{ place: there, why: "No role." }],
      }),
    );
    expect(page).toContain("<h1>1 instance: 1 × Contained; 1 × account and Region not read</h1>");
    expect(page).toContain("The rest of it could not be read: AWS refused the call.");
    expect(page).toContain("--assume-role ROLE");
    const nothing = reportPage(caseLike([], { unread: [{ place: there, why: "No role." }] }));
    expect(nothing).toContain("<h1>1 × account and Region not read</h1>");
    expect(nothing).not.toContain("no instance");
    expect(reportPage(caseLike([]))).toContain("<h1>No instance was found: nothing was done.</h1>");
  });
});
