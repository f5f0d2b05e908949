/** Does work that may be refused: what failed is said in `unread`, and there is no result. */
export type Attempt = <T>(what: string, work: Promise<T>) => Promise<T | undefined>;

/** @param unread gets a sentence for each that failed */
export const attempting =
  (unread: string[]): Attempt =>
  async (what, work) => {
    try {
      return await work;
    } catch (error) {
      unread.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  };
