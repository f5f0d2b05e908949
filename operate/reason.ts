const GUIDE =
  /\s*Please refer to Automation Service Troubleshooting Guide for more diagnosis details\.?\s*$/;

/**
 * What a failure message of Systems Manager says, in a sentence: of a script's traceback the exception alone, and
 * without the words that AWS puts around every message.
 *
 * A script's message is "Step fails when it is Poll action status for completion. Traceback (most recent call last):
 * FRAMES, a blank line, and NAME - MESSAGE".
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-troubleshooting.html
 */
export function reasonOf(failure: string): string {
  const text = failure.replace(GUIDE, "");
  // A script that ends with a sentence for people leaves the traceback out.
  const told = /^Step fails when it is Poll action status for completion\.\s*\n\s*\n(.+)$/s.exec(
    text,
  );
  if (told?.[1] !== undefined && !told[1].startsWith("Traceback")) return sentence(told[1]);
  const traceback = text.indexOf("Traceback (most recent call last):");
  if (traceback < 0) return text;
  const [, ...after] = text.slice(traceback).split(/\n\s*\n/);
  const exception = after.join("\n").trim() || (text.trim().split("\n").at(-1) ?? "");
  return sentence(exception);
}

/** An exception that a script raises on purpose says all in its message. */
const sentence = (exception: string): string =>
  exception.trim().replace(/^(?:RuntimeError|ValueError|Exception)(?: - |: )/, "");

/** The first line of a text, and whether there is more. */
export function firstLine(text: string): string {
  const [first = "", ...more] = text.trim().split("\n");
  return more.length > 0 ? `${first} …` : first;
}
