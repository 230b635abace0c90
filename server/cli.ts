#!/usr/bin/env node
/** The command `shoal`. */
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { enableCompileCache } from './config/compile-cache.ts'
import { processEnvironment } from './config/process-environment.ts'

// Data, backups, sockets and secrets are for their owner alone, in a folder that others may enter too.
process.umask(0o077)
const argv = process.argv.slice(2)
const env = processEnvironment()
enableCompileCache(argv, env)
// Loaded only now: what is loaded before the cache is enabled is compiled at each start.
const { runCommand } = await import('./cli/run-command.ts')
process.exitCode = await runCommand(argv, {
  env,
  print: (answer) => process.stdout.write(`${answer}\n`),
  complain: (sentence) => process.stderr.write(`${sentence}\n`),
  readInput: () => text(process.stdin),
  terminal: process.stdin.isTTY && process.stderr.isTTY,
})

// A handle that a library left open must not keep a process that has stopped: this timer ends it, and by itself keeps
// nothing alive.
setTimeout(() => process.exit(), 1000).unref()
