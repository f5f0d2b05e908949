/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Run } from "../rehearsal.ts";

/** What a step's status is to who watches it; steps that have not begun have none. */
function stateOf(status: string): "running" | "done" | "failed" | "" {
  if (/^(InProgress|Waiting|Cancelling)$/.test(status)) return "running";
  if (status === "Success") return "done";
  return /^(Failed|TimedOut|Cancelled)$/.test(status) ? "failed" : "";
}

/** Scrolls the frame, and not the page, so that a part of it stands in its middle. */
function center(frame: Element, part: Element): void {
  const [outer, inner] = [frame.getBoundingClientRect(), part.getBoundingClientRect()];
  frame.scrollTop += inner.top + inner.height / 2 - outer.top - outer.height / 2;
  frame.scrollLeft += inner.left + inner.width / 2 - outer.left - outer.width / 2;
}

/** The flow chart, with the steps of a run lit as they go. */
export const Chart = ({
  svg,
  steps,
}: {
  readonly svg: string;
  readonly steps: Run["steps"];
}): JSX.Element => {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const states = new Map(steps.map(({ name, status }) => [name, stateOf(status)]));
    for (const node of place.current?.querySelectorAll("[data-step]") ?? []) {
      const state = states.get(node.getAttribute("data-step") ?? "") ?? "";
      if (state === "") node.removeAttribute("data-state");
      else node.setAttribute("data-state", state);
    }
  });
  const running = steps.find(({ status }) => stateOf(status) === "running")?.name;
  useLayoutEffect(() => {
    const node = place.current?.querySelector('[data-state="running"]');
    if (running !== undefined && node && place.current) center(place.current, node);
  }, [running]);
  return (
    <section
      class="chart"
      ref={place}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
      tabIndex={0}
      aria-label="Flow chart of the runbook; the list of steps says the same"
      dangerouslySetInnerHTML={{ __html: svg }}
    />
  );
};

/** The steps that have begun, in words. */
export const Steps = ({ steps }: { readonly steps: Run["steps"] }): JSX.Element => (
  <ol class="steps-so-far">
    {steps
      .filter(({ status }) => stateOf(status) !== "")
      .map(({ name, status }) => (
        <li key={name} class={stateOf(status)}>
          <code>{name}</code> <span>{status === "InProgress" ? "running" : status}</span>
        </li>
      ))}
  </ol>
);
