import { Command, Help, type Option } from "commander";

/** A line to type, and what it does. */
export type Example = readonly [line: string, does: string];

/**
 * A command that tells of an option that is given twice, or with its opposite: the last value would count, and the
 * first be dropped in silence.
 */
class OnceCommand extends Command {
  readonly #given = new Set<string>();

  override addOption(option: Option): this {
    super.addOption(option);
    const attribute = option.attributeName();
    // A parser that is given what came before gathers the values.
    const gathers = (option.parseArg?.length ?? 0) > 1;
    this.on(`option:${option.name()}`, () => {
      const opposite = `${!option.negate} ${attribute}`;
      const own = `${option.negate} ${attribute}`;
      if (this.#given.has(opposite))
        this.error(`error: option '${option.flags}' was given together with its opposite`);
      if (this.#given.has(own) && !gathers && (option.required || option.optional))
        this.error(`error: option '${option.flags}' was given twice; give it once`);
      this.#given.add(own);
    });
    return this;
  }
}

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
  // npm says on standard output what it runs, before what is for programs.
  const quiet = `npm run --silent ${script}`;
  const line = (rest: string): string =>
    rest === "" ? run : `${/(^| )--json( |$)/.test(rest) ? quiet : run} -- ${rest}`;
  const made = new OnceCommand(`${run} --`);
  return made
    .description(description)
    .configureHelp({
      // "(default: false)" and "(default: [])" tell nothing.
      optionDescription: (option) => {
        const { defaultValue } = option;
        const empty = Array.isArray(defaultValue) && defaultValue.length === 0;
        const shown = Object.assign(Object.create(Object.getPrototypeOf(option)), option);
        if (defaultValue === false || empty) shown.defaultValue = undefined;
        const said = new Help().optionDescription(shown);
        return option.long === "--json" ? `${said}; for a program start it by ${quiet}` : said;
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
