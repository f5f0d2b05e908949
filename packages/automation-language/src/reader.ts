/**
 * Ends this process where who reads its output has gone (`| head`): without a word, and with the status that a shell
 * gives to what SIGPIPE ends, unless it had failed already. Not 0, as what would have been said at the end was not found
 * out.
 */
export function endWithReader(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      process.exit(process.exitCode || 141);
    });
}
