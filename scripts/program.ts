import { Command, Help } from "commander";

/** A line to type, and what it does. */
export type Example = readonly [line: string, does: string];

/**
 * The command line of a script of package.json: `--help` prints the options and examples and does nothing else;
 * what is not an option or an argument ends the command before it has begun.
 *
 * @param script its name in package.json
 * @param examples what follows the script's name on the command line, and what it does
 */
export function program(
  script: string,
  description: string,
  examples: readonly Example[] = [],
): Command {
  const run = /^(start|test)$/.test(script) ? `npm ${script}` : `npm run ${script}`;
  const line = (rest: string): string => (rest === "" ? run : `${run} -- ${rest}`);
  return new Command(`${run} --`)
    .description(description)
    .configureHelp({
      // "(default: false)" and "(default: [])" tell nothing.
      optionDescription: (option) => {
        const { defaultValue } = option;
        if (defaultValue !== false && !(Array.isArray(defaultValue) && defaultValue.length === 0))
          return new Help().optionDescription(option);
        const shown = Object.assign(Object.create(Object.getPrototypeOf(option)), option);
        return new Help().optionDescription(Object.assign(shown, { defaultValue: undefined }));
      },
    })
    .addHelpText(
      "after",
      ["", "Examples:", ...examples.map(([rest, does]) => `  ${line(rest)}\n      ${does}`)].join(
        "\n",
      ),
    )
    .showHelpAfterError(
      `${run} -- --help tells of all options. npm passes on only what stands after the two dashes.`,
    );
}
