import { AwsError } from "./errors.ts";

/** Answers by ClientToken. */
export interface Tokens {
  /**
   * Answers a request once, however often it comes.
   *
   * @param key the token, within its account and Region
   * @throws AwsError IdempotentParameterMismatch for the same token with another input
   */
  once(key: string, input: unknown, answer: () => Promise<unknown>): Promise<unknown>;
  /** Forgets all. */
  clear(): void;
}

/** @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartAutomationExecution.html */
export function createTokens(): Tokens {
  const told = new Map<string, { readonly input: string; readonly answer: Promise<unknown> }>();
  return {
    clear: () => told.clear(),
    once: (key, given, answer) => {
      const input = JSON.stringify(given);
      const known = told.get(key);
      if (known === undefined) {
        const answering = answer();
        told.set(key, { input, answer: answering });
        // What was refused may be tried again.
        answering.catch(() => told.delete(key));
        return answering;
      }
      if (known.input === input) return known.answer;
      throw new AwsError(
        "IdempotentParameterMismatch",
        "The client token was used before, with other parameters.",
      );
    },
  };
}
