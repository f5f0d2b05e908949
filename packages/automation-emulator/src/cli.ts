#!/usr/bin/env node
import { runCommand } from "./command.ts";

await runCommand("automation-emulator", process.argv.slice(2));
