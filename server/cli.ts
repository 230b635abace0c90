#!/usr/bin/env node
/** The command `shoal`. */
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { runCommand } from './cli/run-command.ts'
import { processEnvironment } from './config.ts'

process.exitCode = await runCommand(process.argv.slice(2), {
  env: processEnvironment(),
  print: (answer) => process.stdout.write(`${answer}\n`),
  complain: (sentence) => process.stderr.write(`${sentence}\n`),
  readInput: () => text(process.stdin),
  terminal: process.stdin.isTTY && process.stderr.isTTY,
})
