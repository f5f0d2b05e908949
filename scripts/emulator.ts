/** `npm run emulator`: a local AWS for any client, until Ctrl-C. */
import "automation-emulator/cli";
