/**
 * Prints for people: on standard error where standard output is for machines.
 *
 * @param json whether the command prints JSON on standard output
 */
export const printer =
  (json: boolean): ((text: string) => void) =>
  (text) =>
    json ? console.error(text) : console.log(text);
