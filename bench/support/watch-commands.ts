import type { RedisProcess } from '../../test/support/redis-process.ts'

/** A command as Redis received it; what a script calls inside is none. */
export interface SeenCommand {
  /** Seconds by the clock of Redis. */
  at: number
  args: string[]
  /** Address of the connection. */
  from: string
  /** As it stood on the wire. */
  bytes: number
}

/** Records every command that reaches Redis, until it is stopped. Costs Redis a copy of each: not beside a CPU figure. */
export async function watchCommands(redis: RedisProcess): Promise<{ seen: SeenCommand[]; stop: () => void }> {
  const monitor = await redis.admin.monitor()
  const seen: SeenCommand[] = []
  monitor.on('monitor', (time: string, args: string[], source: string) => {
    if (source !== 'lua') seen.push({ at: Number(time), args, from: source, bytes: wireBytes(args) })
  })
  return { seen, stop: () => monitor.disconnect() }
}

/** RESP: an array of bulk strings. */
function wireBytes(args: string[]): number {
  return args.reduce((sum, arg) => {
    const bytes = Buffer.byteLength(arg)
    return sum + bytes + `$${bytes}\r\n\r\n`.length
  }, `*${args.length}\r\n`.length)
}
