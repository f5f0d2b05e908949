/** The keys and indexes that lead from the document to a value. */
export type Path = readonly (string | number)[];

/** What is wrong with a document: a place and a sentence. Whoever reports it adds a rule's id, severity and page. */
export interface Problem {
  readonly path: Path;
  readonly message: string;
  /** Report the key at the path rather than its value, as for a key that is unknown. */
  readonly atKey?: boolean;
  /** The part of the value that is meant, as it is written, such as one reference of a longer text. */
  readonly part?: string;
  /** A place inside a block of text at the path, 1-based, as for a line of a script. */
  readonly inText?: { readonly line: number; readonly column: number };
}

/** The JSON pointer of a path. RFC 6901: `~` and `/` inside a key are escaped. */
export const pointer = (path: Path): string =>
  path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
