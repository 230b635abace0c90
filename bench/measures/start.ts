import { setTimeout as delay } from 'node:timers/promises'
import type { Measure, Row } from '../measure.ts'
import { startEmbedded } from '../support/embedded.ts'
import { cpuMicros, residentBytes } from '../support/process-cost.ts'
import type { World } from '../support/world.ts'
import { megabytes } from '../support/write-figure.ts'

const budget = { ms: 600, bytes: 150e6 }

export const start: Measure = {
  name: 'start',
  about: 'start on existing embedded data: time until it is ready, memory',
  async run(world: World): Promise<Row[]> {
    await using shoal = await startEmbedded(world)
    await shoal.api.signUp()
    const times: number[] = []
    const sizes: number[] = []
    let cpu = Infinity
    for (let round = 0; round < 4; round++) {
      await shoal.stop()
      const before = performance.now()
      await shoal.start()
      times.push(performance.now() - before)
      cpu = Math.min(cpu, cpuMicros(shoal.instance.pid) / 1000)
      await delay(1000)
      sizes.push(residentBytes(shoal.instance.pid))
    }
    const ms = Math.min(...times)
    const bytes = Math.min(...sizes)
    return [
      {
        name: 'start',
        what: 'from the command to ready, embedded, existing data',
        measured: `${ms.toFixed(0)} ms`,
        bare: `max ${budget.ms} ms`,
        ratio: ms / budget.ms,
        budget: 1,
        budgetText: `≤ ${budget.ms} ms`,
        note: `Best of ${times.map((time) => `${time.toFixed(0)} ms`).join(', ')}; uses ${cpu.toFixed(0)} ms of CPU.`,
      },
      {
        name: 'start/memory',
        what: 'resident memory a second later',
        measured: megabytes(bytes),
        bare: `max ${megabytes(budget.bytes)}`,
        ratio: bytes / budget.bytes,
        budget: 1,
        budgetText: `≤ ${megabytes(budget.bytes)}`,
      },
    ]
  },
}
