import { AppError } from '../../protocol/errors.ts'
import { createLogger, Unavailable } from '../base/index.ts'
import type { Logger } from '../base/index.ts'
import { describeConfig, describeProblems, readConfig } from '../config.ts'
import type { Config, ConfigReading } from '../config.ts'
import { adminSocketPath, callServer } from '../operations/admin-socket.ts'
import type { Command } from './command-line.ts'
import { parseCommandLine, UsageError } from './command-line.ts'
import { exitCodes } from './exit-codes.ts'
import { helpText } from './commands.ts'
import type { CommandName } from './commands.ts'
import { printAnswer } from './print-answer.ts'
import { redisTopology } from './redis-topology.ts'
import { version } from '../version.ts'
import { Refused } from './refused.ts'

/** The parts of the process that a command uses. */
export interface CommandIo {
  env: Record<string, string | undefined>
  /** Prints the result to standard output. */
  print(text: string): void
  printError(text: string): void
  /** Reads standard input to its end. */
  readInput(): Promise<string>
  isTerminal: boolean
}

/** Runs one command line and resolves with the exit code; for `start`, when the server has stopped. */
export async function runCommand(argv: string[], io: CommandIo): Promise<number> {
  try {
    return await run(parseCommandLine(argv), io)
  } catch (error) {
    return reportError(error, io)
  }
}

async function run(command: Command, io: CommandIo): Promise<number> {
  switch (command.name) {
    case 'help':
      io.print(helpText())
      return exitCodes.done
    case 'version':
      io.print(version)
      return exitCodes.done
    case 'config':
      return showConfig(command, io)
    case 'start':
      return withConfig(command, io, (config, warnings) => start(command, config, warnings))
    case 'migrate':
      return withConfig(command, io, (config) => migrate(config, io))
    case 'store change-secret':
      return withConfig(command, io, (config) => changeSecretFromInput(config, io))
    case 'backup':
    case 'restore':
    case 'db copy':
      return withConfig(command, io, (config) => moveData(command, config, io))
    case 'user create':
    case 'user list':
    case 'user set-role':
    case 'user reset-password':
    case 'user deactivate':
    case 'user activate':
    case 'key create':
    case 'store confirm':
    case 'store new-epoch':
      return withConfig(command, io, (config, warnings) => administer(command, { config, warnings, io }))
    default:
      return command.name satisfies never
  }
}

/** Loads the server only here, so that the other commands start faster. */
async function start({ flags, switches }: Command, config: Config, warnings: string[]): Promise<number> {
  if (config.instance.workers > 1) {
    const { startWorkers } = await import('./start-workers.ts')
    return startWorkers({ config, warnings, flags })
  }
  const { connectToSupervisor } = await import('../workers/index.ts')
  const worker = switches.has('supervised') ? connectToSupervisor() : undefined
  const { run: runServer } = await import('../main.ts')
  try {
    return await runServer(config, warnings, worker)
  } finally {
    worker?.leave()
  }
}

const variableOfFlag: Record<string, string> = {
  port: 'PORT',
  host: 'HOST',
  workers: 'WORKERS',
  data: 'DATA_DIR',
}

function readFor({ flags }: Command, { env }: CommandIo): ConfigReading {
  const overrides = Object.entries(flags).flatMap(([flag, value]) => {
    const variable = variableOfFlag[flag]
    return variable === undefined ? [] : [[variable, value]]
  })
  const reading = readConfig(env, Object.fromEntries(overrides))
  if (!reading.ok) return reading
  const redis = redisTopology(reading.config)
  if (!redis.ok) return { ok: false, problems: [redis.problem], warnings: reading.warnings }
  const notes = redis.notes.map((note) => `REDIS_URL: ${note}`)
  return { ...reading, warnings: [...reading.warnings, ...notes] }
}

async function withConfig(
  command: Command,
  io: CommandIo,
  work: (config: Config, warnings: string[]) => Promise<number>,
): Promise<number> {
  const reading = readFor(command, io)
  if (reading.ok) return work(reading.config, reading.warnings)
  io.printError(describeProblems(reading.problems))
  return exitCodes.config
}

async function showConfig(command: Command, io: CommandIo): Promise<number> {
  const reading = readFor(command, io)
  for (const warning of reading.warnings) io.printError(`warning: ${warning}`)
  if (!reading.ok) {
    io.printError(describeProblems(reading.problems))
    return exitCodes.config
  }
  io.print(describeConfig(reading.effective))
  const { describeOverridden } = await import('./overridden-variables.ts')
  const overridden = await describeOverridden(reading.config, commandLogger(reading.config, io))
  if (overridden !== '') io.print(`\n${overridden}`)
  return exitCodes.done
}

async function migrate(config: Config, io: CommandIo): Promise<number> {
  const { openConfiguredStore } = await import('./open-operator.ts')
  const databaseUrl = config.store.migrationUrl ?? config.store.databaseUrl
  const asOwner = { ...config, store: { ...config.store, databaseUrl } }
  const store = await openConfiguredStore(asOwner, commandLogger(config, io), true)
  await store.close()
  io.print(`The ${store.kind === 'sqlite' ? 'embedded store' : 'database'} is up to date.`)
  return exitCodes.done
}

async function moveData({ name, flags, switches }: Command, config: Config, io: CommandIo): Promise<number> {
  const { backup, copyToPostgres, restore } = await import('./move-data.ts')
  const move = name === 'backup' ? backup : name === 'restore' ? restore : copyToPostgres
  const logger = commandLogger(config, io)
  try {
    io.print(
      await move({ config, flags, switches, logger, reportProgress: (sentence) => io.printError(sentence) }),
    )
  } catch (error) {
    // The operator has to fix the cause, so print only the message; the stack goes to the debug log.
    logger.debug({ err: error }, 'moving data failed')
    throw new Refused(`shoal ${name}: ${messageOf(error)}`)
  }
  return exitCodes.done
}

interface Administer {
  config: Config
  warnings: string[]
  io: CommandIo
}

async function administer(command: Command, { config, warnings, io }: Administer): Promise<number> {
  const args = await argumentsOf(command, io)
  for (const warning of warnings) io.printError(`warning: ${warning}`)
  const answer = await executeOnServerOrStore(command.name, args, {
    config,
    logger: commandLogger(config, io),
  })
  io.print(printAnswer(command.name, answer, command.switches.has('json')))
  return exitCodes.done
}

/** Lets the running server of an embedded installation execute the command, or else works directly on the store. */
async function executeOnServerOrStore(
  name: CommandName,
  args: Record<string, string>,
  { config, logger }: { config: Config; logger: Logger },
): Promise<unknown> {
  if (config.store.databaseUrl === null) {
    const answer = await callServer(adminSocketPath(config.store.dataDir), name, args)
    if (answer && 'ok' in answer) return answer.ok
    if (answer) throw new Refused(answer.error.message)
  }
  const [{ withOperator }, { adminVerbs }] = await Promise.all([
    import('./open-operator.ts'),
    import('../operations/serve-command-line.ts'),
  ])
  return withOperator(config, logger, async (operator) => adminVerbs(operator)[name]?.(args))
}

async function argumentsOf(
  { name, flags, switches }: Command,
  io: CommandIo,
): Promise<Record<string, string>> {
  if (name !== 'user create') return flags
  if (!switches.has('password-stdin')) {
    throw new UsageError(
      'shoal user create: add --password-stdin and pass the password on standard input, so that it does not appear in the list of processes',
    )
  }
  if (io.isTerminal) io.printError('Type the password, then press Enter and Ctrl-D.')
  const password = (await io.readInput()).replace(/\r?\n$/, '')
  return { role: 'user', ...flags, password }
}

async function changeSecretFromInput(config: Config, io: CommandIo): Promise<number> {
  if (io.isTerminal)
    io.printError(
      'Type the former WEBUI_SECRET_KEY, then press Enter and Ctrl-D. If Shoal generated it, press only Ctrl-D.',
    )
  const former = (await io.readInput()).replace(/\r?\n$/, '')
  const { changeSecret } = await import('./change-secret.ts')
  io.print(await changeSecret({ config, former, logger: commandLogger(config, io) }))
  return exitCodes.done
}

function commandLogger(config: Config, { isTerminal: terminal }: CommandIo): Logger {
  const { level, format } = config.log
  const chosen = format === 'auto' ? (terminal ? 'pretty' : 'json') : format
  // A command prints its result itself, so only warnings and errors belong in its log.
  return createLogger({ level: level === 'info' ? 'warn' : level, format: chosen, fd: 2 })
}

function reportError(error: unknown, io: CommandIo): number {
  if (error instanceof UsageError) {
    io.printError(`${error.message}\nSee shoal help.`)
    return exitCodes.usage
  }
  const unexpected = !(error instanceof AppError || error instanceof Refused || error instanceof Unavailable)
  io.printError(unexpected && error instanceof Error ? (error.stack ?? error.message) : messageOf(error))
  return unexpected ? exitCodes.bug : exitCodes.refused
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
