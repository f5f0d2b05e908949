import { readDocument } from "automation-language/document";
import { limitsOf, parameterType } from "automation-language/parameters";
import MarkdownIt from "markdown-it";

/** A parameter of a document as the form shows it. */
export interface Field {
  readonly name: string;
  /** As the document writes it, such as `AWS::EC2::Instance::Id`. */
  readonly type: string;
  /** How its texts are written: one, one a line, or JSON. */
  readonly form: "text" | "lines" | "json";
  readonly required: boolean;
  /** HTML of the description's markdown; HTML in the description is text. */
  readonly description: string;
  /** The only values that it takes; empty where it takes others. */
  readonly choices: readonly string[];
  /** A Java regular expression that each value must match; empty where there is none. */
  readonly pattern: string;
  /** What the form begins with, in the form's own writing. */
  readonly initial: string;
}

// Without `html`, as the console has it: tags in a description are shown, not obeyed.
const markdown = new MarkdownIt({ html: false, linkify: false });

/**
 * The form of a document, made from its parameters as the Systems Manager console makes it.
 *
 * @param yaml the document as it is published
 * @param known values to begin with in place of defaults, by the parameter's name
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-syntax-data-elements-parameters.html
 */
export function fieldsOf(yaml: string, known: Readonly<Record<string, string>>): readonly Field[] {
  return [...readDocument(yaml).document.parameters].map((parameter): Field => {
    const { name, spec } = parameter;
    const plain = parameterType(parameter);
    const { allowedValues, allowedPattern } = limitsOf(parameter);
    const form =
      plain === "StringList" ? "lines" : /^(StringMap|MapList)$/.test(plain) ? "json" : "text";
    const choices = (allowedValues ?? (plain === "Boolean" ? [true, false] : [])).map(String);
    return {
      name,
      type: String(spec.type ?? plain),
      form,
      required: !("default" in spec),
      description: markdown.render(String(spec.description ?? "")),
      choices: form === "text" ? choices : [],
      pattern: allowedPattern ?? "",
      initial: known[name] ?? written(form, spec.default),
    };
  });
}

function written(form: Field["form"], value: unknown): string {
  if (value === undefined) return "";
  if (form === "json") return JSON.stringify(value);
  return Array.isArray(value) ? value.join("\n") : String(value);
}
