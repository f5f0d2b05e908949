/// <reference lib="dom" />
import type { JSX } from "preact";
import type { Field } from "../fields.ts";

/** What is written in each field, by the parameter's name. */
export type Written = Readonly<Record<string, string>>;

/** What was refused: the sentence, and the parameters that it is about. */
export interface Refusal {
  readonly refused: string;
  readonly parameters: readonly string[];
}

/** The parameters of an execution: a field that is left empty is left to its default. */
export const parametersOf = (
  fields: readonly Field[],
  written: Written,
): Record<string, readonly string[]> =>
  Object.fromEntries(
    fields.flatMap(({ name, form, initial }) => {
      const text = written[name] ?? initial;
      if (text === "") return [];
      return [[name, form === "lines" ? text.split("\n").filter((line) => line !== "") : [text]]];
    }),
  );

export const Form = ({
  fields,
  written,
  refusal,
  busy,
  onWrite,
  onExecute,
}: {
  readonly fields: readonly Field[];
  readonly written: Written;
  readonly refusal: Refusal | undefined;
  readonly busy: boolean;
  readonly onWrite: (name: string, text: string) => void;
  readonly onExecute: () => void;
}): JSX.Element => (
  <form
    onSubmit={(event) => {
      event.preventDefault();
      onExecute();
    }}
  >
    {fields.map((field) => (
      <FieldRow
        key={field.name}
        field={field}
        text={written[field.name] ?? field.initial}
        refused={refusal?.parameters.includes(field.name) ? refusal.refused : ""}
        onWrite={(text) => onWrite(field.name, text)}
      />
    ))}
    <p class="actions">
      <button type="submit" class="main" disabled={busy}>
        Execute as written
      </button>
    </p>
  </form>
);

const FieldRow = ({
  field,
  text,
  refused,
  onWrite,
}: {
  readonly field: Field;
  readonly text: string;
  readonly refused: string;
  readonly onWrite: (text: string) => void;
}): JSX.Element => {
  const { name, required, description, type, pattern } = field;
  return (
    <div class={refused === "" ? "field" : "field refused"}>
      <label for={`field-${name}`}>
        {name} <span class="kind">{type}</span>{" "}
        <span class={required ? "required" : "kind"}>{required ? "required" : "optional"}</span>
      </label>
      {/* The server's markdown, in which tags are text. */}
      <div class="about" id={`about-${name}`} dangerouslySetInnerHTML={{ __html: description }} />
      <Input field={field} text={text} refused={refused !== ""} onWrite={onWrite} />
      {pattern !== "" && (
        <details class="pattern">
          <summary>Pattern</summary>
          <code>{pattern}</code>
        </details>
      )}
      {refused !== "" && (
        <p class="refusal" id={`refused-${name}`} role="alert">
          Refused: {refused}
        </p>
      )}
    </div>
  );
};

const Input = ({
  field: { name, form, choices, required },
  text,
  refused,
  onWrite,
}: {
  readonly field: Field;
  readonly text: string;
  readonly refused: boolean;
  readonly onWrite: (text: string) => void;
}): JSX.Element => {
  const common = {
    id: `field-${name}`,
    name,
    "aria-required": required,
    "aria-invalid": refused,
    "aria-describedby": refused ? `refused-${name} about-${name}` : `about-${name}`,
  } as const;
  if (choices.length > 0)
    return (
      <select {...common} value={text} onChange={(event) => onWrite(event.currentTarget.value)}>
        {(choices.includes(text) ? choices : ["", ...choices]).map((choice) => (
          <option key={choice} value={choice}>
            {choice === "" ? "(default)" : choice}
          </option>
        ))}
      </select>
    );
  if (form === "text")
    return (
      <input
        {...common}
        value={text}
        spellcheck={false}
        autocomplete="off"
        onInput={(event) => onWrite(event.currentTarget.value)}
      />
    );
  return (
    <textarea
      {...common}
      rows={Math.min(6, text.split("\n").length + 1)}
      value={text}
      spellcheck={false}
      placeholder={form === "lines" ? "one a line" : "JSON"}
      onInput={(event) => onWrite(event.currentTarget.value)}
    />
  );
};
