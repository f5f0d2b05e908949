/** `npm run emulator`: a local AWS for any client, until Ctrl-C. */
import { runCommand } from "automation-emulator/command";

await runCommand("npm run emulator --", process.argv.slice(2));
