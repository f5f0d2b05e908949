import pc from "picocolors";

/** Colours on a terminal or by FORCE_COLOR, never by NO_COLOR. In CI, picocolors alone would also colour what goes into a pipe. */
export default pc.createColors(
  pc.isColorSupported && (process.stdout.isTTY || Boolean(process.env.FORCE_COLOR)),
);
