/// <reference lib="dom" />
import { type JSX, render } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Beginning, Now, Run } from "../rehearsal.ts";
import * as api from "./api.ts";
import { Chart, Steps } from "./chart.tsx";
import { Form, parametersOf, type Refusal, type Written } from "./form.tsx";

/** Milliseconds between two looks at a run. */
const LOOK = 200;

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const sentence = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** All that the page knows, and what its buttons do. */
function useRehearsal() {
  const [beginning, setBeginning] = useState<Beginning>();
  const [now, setNow] = useState<Now>();
  const [run, setRun] = useState<Run>();
  const [written, setWritten] = useState<Written>({});
  const [refusal, setRefusal] = useState<Refusal>();
  const [backup, setBackup] = useState("");
  const [busy, setBusy] = useState("");
  const [failure, setFailure] = useState("");

  /** Does one thing at a time, and says what went wrong with it. */
  const doing = async (what: string, work: () => Promise<void>): Promise<void> => {
    setBusy(what);
    setFailure("");
    await work().catch((error: unknown) => setFailure(sentence(error)));
    setBusy("");
  };
  const load = async (): Promise<void> => {
    setBeginning(await api.readBeginning());
    setNow(await api.readNow());
  };
  const followed = async (id: string): Promise<void> => {
    for (;;) {
      const [seen, account] = [await api.readRun(id), await api.readNow()];
      setRun(seen);
      setNow(account);
      if (seen.ended) {
        if (seen.backupKey !== "" && seen.action === "Contain") setBackup(seen.backupKey);
        return;
      }
      await wait(LOOK);
    }
  };
  const execute = (values: Written): Promise<void> =>
    doing("Running", async () => {
      setRefusal(undefined);
      const started = await api.start(parametersOf(beginning?.fields ?? [], values));
      if ("refused" in started) {
        setRefusal(started);
        return;
      }
      setRun(undefined);
      await followed(started.id);
    });
  useEffect(() => {
    doing("Loading", async () => {
      await load();
      const [last] = (await api.readNow()).executions;
      if (last !== undefined) await followed(last);
    });
  }, []);
  return {
    beginning,
    now,
    run,
    written,
    refusal,
    backup,
    busy,
    failure,
    write: (name: string, text: string) => setWritten((before) => ({ ...before, [name]: text })),
    execute: () => execute(written),
    executeWith: (values: Written) => {
      const all = { ...written, ...values };
      setWritten(all);
      return execute(all);
    },
    choose: (names: readonly string[]) =>
      doing("Setting the faults", async () => {
        setNow((before) => before && { ...before, faults: names });
        await api.setFaults(names);
        setNow(await api.readNow());
      }),
    reset: () =>
      doing("Making the account anew", async () => {
        await api.reset();
        setRun(undefined);
        setRefusal(undefined);
        setBackup("");
        setWritten({});
        await load();
      }),
  };
}

type Page = ReturnType<typeof useRehearsal>;

const App = (): JSX.Element => {
  const page = useRehearsal();
  const { beginning, now } = page;
  return (
    <main>
      <header class="top">
        <h1>Rehearsal: isolate a compromised instance</h1>
        <p>
          A local AWS on this machine: nothing is done in any AWS account. The document is the one
          that you publish.
        </p>
      </header>
      <State page={page} />
      {beginning !== undefined && (
        <>
          <Actions page={page} />
          {refusalElsewhere(page)}
          {now !== undefined && (
            <section
              aria-label="The network now"
              // The report's renderer has made it, with every name escaped.
              dangerouslySetInnerHTML={{ __html: now.network }}
            />
          )}
          <Outcome page={page} />
          <h2>The runbook, step by step</h2>
          <Steps steps={page.run?.steps ?? []} />
          <Chart svg={beginning.chart} steps={page.run?.steps ?? []} />
          <h2>The form of {beginning.document}, as in the Systems Manager console</h2>
          <Form
            fields={beginning.fields}
            written={page.written}
            refusal={page.refusal}
            busy={page.busy !== ""}
            onWrite={page.write}
            onExecute={page.execute}
          />
        </>
      )}
    </main>
  );
};

/** One word for what is going on, always in the same place. */
const State = ({ page: { busy, failure, run, refusal } }: { readonly page: Page }): JSX.Element => {
  const running = run?.steps.find(({ status }) => status === "InProgress")?.name;
  const word = (): readonly [string, string] => {
    if (failure !== "") return ["bad", `Not available: ${failure}`];
    if (busy === "Running") return ["plan", `Running${running ? `: ${running}` : ""}`];
    if (busy !== "") return ["plan", `${busy}…`];
    if (refusal !== undefined) return ["bad", "Refused: the run was not started"];
    if (run !== undefined) return [run.tone, `${run.status}: ${run.headline}`];
    return ["plan", "Ready"];
  };
  const [tone, text] = word();
  return (
    <p role="status" id="state" class={`box tone-${tone}`}>
      {text}
    </p>
  );
};

const Actions = ({ page }: { readonly page: Page }): JSX.Element => {
  const { beginning, now, backup } = page;
  const busy = page.busy !== "";
  const up = now?.faults ?? [];
  return (
    <div class="drill">
      <section aria-labelledby="act">
        <h2 id="act">Act</h2>
        <p class="actions">
          <button
            type="button"
            class="main"
            disabled={busy}
            onClick={() =>
              page.executeWith({ Action: "Contain", DryRun: "true", S3PrefixName: "" })
            }
          >
            Dry run
          </button>
          <button
            type="button"
            class="main"
            disabled={busy}
            onClick={() =>
              page.executeWith({ Action: "Contain", DryRun: "false", S3PrefixName: "" })
            }
          >
            Contain
          </button>
          <button
            type="button"
            class="main"
            disabled={busy || backup === ""}
            onClick={() =>
              page.executeWith({ Action: "Release", DryRun: "false", S3PrefixName: backup })
            }
          >
            Release
          </button>
          <button type="button" disabled={busy} onClick={page.reset}>
            Begin again
          </button>
        </p>
        <p class="hint">
          {backup === ""
            ? "Release needs the key of a backup: contain first."
            : "Release gives back what the last Contain saved."}{" "}
          Begin again makes the account as it was.
        </p>
      </section>
      <fieldset disabled={busy}>
        <legend>Faults to rehearse</legend>
        {beginning?.faults.map(({ name, label, about }) => (
          <label key={name} class="fault">
            <input
              type="checkbox"
              name={name}
              checked={up.includes(name)}
              onChange={(event) =>
                page.choose(
                  event.currentTarget.checked
                    ? [...up, name]
                    : up.filter((other) => other !== name),
                )
              }
            />
            <span>
              <strong>{label}</strong> {about}
            </span>
          </label>
        ))}
      </fieldset>
    </div>
  );
};

/** A refusal is beside its field; here where it is, and what it says if it has none. */
function refusalElsewhere({ refusal }: Page): JSX.Element | null {
  if (refusal === undefined) return null;
  const [first] = refusal.parameters;
  return (
    <p class="box tone-bad">
      {refusal.refused} {first !== undefined && <a href={`#field-${first}`}>Go to {first}</a>}
    </p>
  );
}

const Outcome = ({ page: { run } }: { readonly page: Page }): JSX.Element | null => {
  if (!run?.ended) return null;
  const address = `/reports/${run.id}`;
  return (
    <section class="outcome" aria-labelledby="outcome">
      <h2 id="outcome">Report</h2>
      <div class={`verdict tone-${run.tone}`}>
        <strong>{run.headline}</strong>
        <p class="of">{run.meaning}</p>
        <a href={address} target="_blank" rel="noreferrer">
          Open the report in a page of its own
        </a>
      </div>
      <iframe title="Report of the run" src={address} sandbox="allow-scripts" />
    </section>
  );
};

const place = document.querySelector("#page");
if (place !== null) {
  place.replaceChildren();
  render(<App />, place);
}
