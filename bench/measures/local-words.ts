import type { Measure, Row } from '../measure.ts'
import { alternate } from '../support/alternate.ts'
import { fullSpeedCost, pacedCost, warmUp } from '../support/word-cost.ts'
import type { World } from '../support/world.ts'
import { micros } from '../support/write-figure.ts'

const what = 'a word to a reader on the same instance, saved and logged'

export const localWords: Measure = {
  name: 'local',
  about: 'CPU of a word from the provider to a reader on the same instance, against the bare relay',
  async run(world: World): Promise<Row[]> {
    const shoal = await world.local()
    const relay = await world.relay()
    await Promise.all([warmUp(shoal), warmUp(relay)])
    const full = await alternate({ shoal: () => fullSpeedCost(shoal), relay: () => fullSpeedCost(relay) }, 4)
    const paced = await alternate({ shoal: () => pacedCost(shoal), relay: () => pacedCost(relay) }, 3)
    world.pacedRelay = paced.relay
    return [
      row('local/full', `${what}: full speed`, full, 2),
      row('local/paced', `${what}: 20 answers × 40 words/s`, paced, 1.3),
    ]
  },
}

function row(name: string, what: string, cost: { shoal: number; relay: number }, budget: number): Row {
  return {
    name,
    what,
    measured: micros(cost.shoal),
    bare: `relay ${micros(cost.relay)}`,
    ratio: cost.shoal / cost.relay,
    budget,
  }
}
