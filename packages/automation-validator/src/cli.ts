#!/usr/bin/env node
import { runCommand } from "./command.ts";
import { environment } from "./environment.ts";

process.exitCode = await runCommand(process.argv.slice(2), environment(process.cwd()));
