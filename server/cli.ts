#!/usr/bin/env node
/** The command `shoal`. */
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { enableCompileCache } from './config/compile-cache.ts'
import { processEnvironment } from './config/process-environment.ts'

// Only the owner may read data, backups, sockets and secrets, even in a folder that other users can enter.
process.umask(0o077)
const argv = process.argv.slice(2)
const env = processEnvironment()
enableCompileCache(argv, env)
// Loaded only now: modules that are loaded before the cache is enabled are compiled again at each start.
const { runCommand } = await import('./cli/run-command.ts')
process.exitCode = await runCommand(argv, {
  env,
  print: (answer) => process.stdout.write(`${answer}\n`),
  printError: (sentence) => process.stderr.write(`${sentence}\n`),
  readInput: () => text(process.stdin),
  isTerminal: process.stdin.isTTY && process.stderr.isTTY,
})

// A handle that a library left open must not keep a stopped process running, so this timer exits. It is unreferenced,
// so it does not keep the process running itself.
setTimeout(() => process.exit(), 1000).unref()
