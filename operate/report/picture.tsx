import type { JSX } from "preact";
import { renderToStaticMarkup } from "preact-render-to-string";
import { printable } from "../../common/printable.ts";
import {
  alike,
  type Group,
  isEveryone,
  type Network,
  type NetworkInterface,
  type Peer,
  type Reach,
  type Rules,
  reach,
} from "./network.ts";
import { GroupName, Heading, Name } from "./text.tsx";

/**
 * The picture of a network as HTML: for each set of interfaces with the same groups a lane, with who can reach them
 * at the left, the interfaces and their groups in the middle, and whom they can reach at the right. It needs the
 * styles of `page.css`. It is text in headings and lists throughout, which a screen reader reads in that order; the
 * arrows are drawn by the styles.
 */
export const networkPicture = (network: Network): string =>
  printable(renderToStaticMarkup(<NetworkPicture network={network} />));

export const NetworkPicture = ({ network }: { readonly network: Network }): JSX.Element => (
  <figure class={`network ${network.when}`}>
    <figcaption>
      <Heading level={3}>{network.title}</Heading>
      <p>{network.source}</p>
    </figcaption>
    {network.interfaces.length === 0 && <p>No interface is known.</p>}
    {alike(network.interfaces).map((interfaces) => (
      <Lane interfaces={interfaces} when={network.when} />
    ))}
  </figure>
);

/** The rules of each group in the pictures, folded away. */
export const GroupRules = ({
  networks,
}: {
  readonly networks: readonly Network[];
}): JSX.Element | null => {
  const groups = new Map(
    networks
      .flatMap(({ interfaces }) => interfaces.flatMap((each) => each.groups))
      .map((group) => [group.id, group]),
  );
  if (groups.size === 0) return null;
  return (
    <details>
      <summary>Rules of each group</summary>
      {[...groups.values()].map((group) => (
        <>
          <Heading level={3}>
            <GroupName group={group} />
          </Heading>
          {group.rules === undefined ? (
            <p>Not known: they could not be read.</p>
          ) : (
            <ul>
              {(["ingress", "egress"] as const).map((direction) =>
                group.rules?.[direction].map(({ traffic, peer }) => (
                  <li>
                    {direction === "ingress" ? "lets in" : "lets out"} {traffic}{" "}
                    {direction === "ingress" ? "from" : "to"} <PeerName peer={peer} />
                  </li>
                )),
              )}
              {group.rules.ingress.length === 0 && <li>lets nothing in</li>}
              {group.rules.egress.length === 0 && <li>lets nothing out</li>}
            </ul>
          )}
        </>
      ))}
    </details>
  );
};

const WORDS = {
  past: { ingress: "Could reach it", egress: "It could reach" },
  now: { ingress: "Can reach it", egress: "It can reach" },
  planned: { ingress: "Would reach it", egress: "It would reach" },
} as const;

const Lane = ({
  interfaces,
  when,
}: {
  readonly interfaces: readonly NetworkInterface[];
  readonly when: Network["when"];
}): JSX.Element => {
  const groups = interfaces[0]?.groups ?? [];
  return (
    <div class="lane">
      <Side groups={groups} direction="ingress" when={when} />
      <Card interfaces={interfaces} groups={groups} />
      <Side groups={groups} direction="egress" when={when} />
    </div>
  );
};

const Card = ({
  interfaces,
  groups,
}: {
  readonly interfaces: readonly NetworkInterface[];
  readonly groups: readonly Group[];
}): JSX.Element => {
  const state = interfaces[0]?.state ?? "";
  return (
    <div class={`card ${toneOf(state)}`}>
      <Heading level={4}>
        {interfaces.length === 1 ? "Interface" : `${interfaces.length} interfaces`}
      </Heading>
      <ul class="plain">
        {interfaces.map(({ id, addresses }) => (
          <li>
            <code>{id}</code>
            {addresses.length > 0 && <span class="addresses"> {addresses.join(", ")}</span>}
          </li>
        ))}
      </ul>
      {state !== "" && <p class="state">{state}</p>}
      <Heading level={4}>{groups.length === 1 ? "Security group" : "Security groups"}</Heading>
      <ul class="plain">
        {groups.map((group) => (
          <li>
            <GroupName group={group} />
            {group.note !== "" && <span class="note"> {group.note}</span>}
          </li>
        ))}
        {groups.length === 0 && <li>not known</li>}
      </ul>
    </div>
  );
};

/** What the runbook says of an interface, as a colour beside its words. */
function toneOf(state: string): "good" | "bad" | "" {
  if (/^(contained|as before)$/.test(state)) return "good";
  return /^[A-Z]{2}/.test(state) ? "bad" : "";
}

/** Most peers that are shown at once; the others are folded away. */
const SHOWN = 10;

const Side = ({
  groups,
  direction,
  when,
}: {
  readonly groups: readonly Group[];
  readonly direction: keyof Rules;
  readonly when: Network["when"];
}): JSX.Element => {
  const peers = reach(groups, direction);
  const unknown = groups.filter(({ rules }) => rules === undefined);
  const more = peers.slice(SHOWN);
  return (
    <div class={`side ${direction}`}>
      <Heading level={4}>{WORDS[when][direction]}</Heading>
      <Flows peers={peers.slice(0, SHOWN)} />
      {more.length > 0 && (
        <details>
          <summary>{more.length} more</summary>
          <Flows peers={more} />
        </details>
      )}
      {unknown.map((group) => (
        <p class="flow unknown">
          <span class="peer">
            Not known: the rules of <GroupName group={group} /> could not be read.
          </span>
          <span class="wire" />
        </p>
      ))}
      {groups.length === 0 && <p class="flow unknown">Not known.</p>}
      {groups.length > 0 && peers.length === 0 && unknown.length === 0 && (
        <p class="flow closed">
          <span class="peer">
            {direction === "ingress" ? "Nobody" : "Nothing"}: no rule lets anything{" "}
            {direction === "ingress" ? "in" : "out"}
          </span>
          <span class="wire" />
        </p>
      )}
    </div>
  );
};

const Flows = ({ peers }: { readonly peers: readonly Reach[] }): JSX.Element => (
  <ul class="plain">
    {peers.map(({ peer, traffic }) => (
      <li class={`flow ${isEveryone(peer) ? "everyone" : ""}`}>
        <span class="peer">
          <PeerName peer={peer} />
        </span>
        <span class="wire">
          <span class="traffic">{traffic.join(", ")}</span>
        </span>
      </li>
    ))}
  </ul>
);

const PeerName = ({ peer }: { readonly peer: Peer }): JSX.Element => {
  const id = <code>{peer.id}</code>;
  if (isEveryone(peer))
    return (
      <>
        <strong>Everyone</strong> {id}
      </>
    );
  return (
    <>
      {peer.kind === "group" && "members of "}
      {peer.kind === "prefix list" && "prefix list "}
      {peer.name !== "" && (
        <>
          <Name>{peer.name}</Name>{" "}
        </>
      )}
      {id}
    </>
  );
};
