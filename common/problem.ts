/**
 * Something that a person can correct: what is wrong, and what to do about it. The scripts print these two and
 * end with status 1; any other error is a defect of this project and keeps its stack trace.
 */
export class Problem extends Error {
  readonly remedy: string;

  constructor(what: string, remedy: string, options?: ErrorOptions) {
    super(what, options);
    this.name = "Problem";
    this.remedy = remedy;
  }
}
