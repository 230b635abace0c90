import { setTimeout as delay } from 'node:timers/promises'
import type { Measure, Row } from '../measure.ts'
import { startBare } from '../support/bare-process.ts'
import { startEmbedded } from '../support/embedded.ts'
import { residentBytes } from '../support/process-cost.ts'
import { ReadingSocket } from '../support/reading-socket.ts'
import type { World } from '../support/world.ts'
import { kilobytes } from '../support/write-figure.ts'

const sockets = 2000
/** Sockets opened per second; below the rate of handshakes that an instance accepts. */
const perSecond = 250

export const idleSockets: Measure = {
  name: 'sockets',
  about: 'memory of an idle, signed-in socket, against a bare ws socket',
  async run(world: World): Promise<Row[]> {
    await using shoal = await startEmbedded(world)
    await shoal.api.signUp()
    // All sockets belong to one user. The limit is raised, not removed, so that checking it costs the same as in
    // production.
    await shoal.api.changeSettings({ socketsPerUser: 1_000_000 })
    const bare = await startBare('bare-sockets')
    const [own, plain] = await Promise.all([
      growth(shoal.instance.pid, () => ReadingSocket.open(`${shoal.instance.url}/ws`, shoal.api.token)),
      growth(bare.pid, () =>
        ReadingSocket.openBare(`http://127.0.0.1:${bare.ready.port}/ws`, { greet: true }),
      ),
    ])
    await bare.stop()
    return [
      {
        name: 'sockets',
        what: `an idle, signed-in socket (${sockets.toLocaleString('en')} of them)`,
        measured: kilobytes(own),
        bare: `ws ${kilobytes(plain)}`,
        ratio: own / plain,
        budget: 1.7,
      },
    ]
  },
}

/** How many bytes of memory each socket adds to a process. The first hundred sockets only warm it up. */
async function growth(pid: number, open: () => Promise<ReadingSocket>): Promise<number> {
  const all: ReadingSocket[] = []
  const add = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index += perSecond / 10) {
      const turn = delay(100)
      all.push(...(await Promise.all(Array.from({ length: perSecond / 10 }, open))))
      await turn
    }
  }
  await add(100)
  await delay(1000)
  const before = residentBytes(pid)
  await add(sockets)
  await delay(2000)
  const grown = residentBytes(pid) - before
  for (const socket of all) socket.close()
  return grown / sockets
}
