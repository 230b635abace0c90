import type { Measure, Row } from '../measure.ts'
import { alternate } from '../support/alternate.ts'
import { fullSpeedCost, pacedCost, warmUp } from '../support/word-cost.ts'
import type { World } from '../support/world.ts'
import { micros } from '../support/write-figure.ts'

const what = 'a word to a reader on another instance'

/**
 * The CPU of Centrifugo (writer, reader and Redis) at 20 channels × 40 words/s, µs per word, and of the bare relay with
 * the same load on that machine: the midpoint of measurements from 72 to 93.
 */
const centrifugo = { cost: 145 + 91 + 79, relay: 82.5 }

export const remoteWords: Measure = {
  name: 'remote',
  about:
    'CPU of a word to a reader on another instance (writer, reader, Redis), against a bare PUBLISH a word',
  async run(world: World): Promise<Row[]> {
    const [shoal, publishing, relay] = [await world.remote(), await world.publishing(), await world.relay()]
    const known = world.pacedRelay
    await Promise.all([warmUp(shoal), warmUp(publishing), ...(known === undefined ? [warmUp(relay)] : [])])
    const full = await alternate(
      { shoal: () => fullSpeedCost(shoal), bare: () => fullSpeedCost(publishing) },
      4,
    )
    const paced = await alternate(
      {
        shoal: () => pacedCost(shoal),
        bare: () => pacedCost(publishing),
        relay: async () => known ?? pacedCost(relay),
      },
      3,
    )
    const third = (centrifugo.cost / 3) * (paced.relay / centrifugo.relay)
    return [
      against('remote/full', `${what}: full speed`, full),
      against('remote/paced', `${what}: 20 answers × 40 words/s`, paced),
      {
        name: 'remote/centrifugo',
        what: `${what}: 20 answers × 40 words/s`,
        measured: micros(paced.shoal),
        bare: `⅓ Centrifugo ${micros(third)}`,
        ratio: paced.shoal / third,
        budget: 1,
        note: `Centrifugo's ${centrifugo.cost} µs, scaled by the bare relay of this run (${micros(paced.relay)}, there ${micros(centrifugo.relay)}).`,
      },
    ]
  },
}

function against(name: string, what: string, cost: { shoal: number; bare: number }): Row {
  return {
    name,
    what,
    measured: micros(cost.shoal),
    bare: `publish ${micros(cost.bare)}`,
    ratio: cost.shoal / cost.bare,
    budget: 2.5,
  }
}
