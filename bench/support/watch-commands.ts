import type { RedisProcess } from '../../test/support/redis-process.ts'

/** A command that Redis received from a client; commands inside scripts are not included. */
export interface SeenCommand {
  /** Seconds by the clock of Redis. */
  at: number
  args: string[]
  /** Address of the connection. */
  from: string
  /** Size on the wire. */
  bytes: number
}

/**
 * Records every command that Redis receives, until it is stopped. Never use it while CPU is measured: it costs Redis
 * CPU.
 */
export async function watchCommands(redis: RedisProcess): Promise<{ seen: SeenCommand[]; stop: () => void }> {
  const monitor = await redis.admin.monitor()
  const seen: SeenCommand[] = []
  monitor.on('monitor', (time: string, args: string[], source: string) => {
    if (source !== 'lua') seen.push({ at: Number(time), args, from: source, bytes: wireBytes(args) })
  })
  return { seen, stop: () => monitor.disconnect() }
}

/** The size of a command in RESP, an array of bulk strings. */
function wireBytes(args: string[]): number {
  return args.reduce((sum, arg) => {
    const bytes = Buffer.byteLength(arg)
    return sum + bytes + `$${bytes}\r\n\r\n`.length
  }, `*${args.length}\r\n`.length)
}
