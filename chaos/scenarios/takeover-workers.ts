import { setTimeout as delay } from 'node:timers/promises'
import { workerPid } from '../../test/support/worker-pid.ts'
import type { Scenario } from '../scenario.ts'
import { checkAnswers, median, seconds } from '../support/check-answers.ts'
import type { Watched } from '../support/check-answers.ts'
import { until } from '../support/fleet.ts'
import type { Fleet } from '../support/fleet.ts'
import { measureWaitsAfterKill } from '../support/waits-after-kill.ts'

const answers = 20
const words = 1600
const maxMs = 4000

/** With `shoal start --workers 3`, kills workers with SIGKILL one after another. Their supervisor restarts them. */
export const takeoverWorkers: Scenario = {
  name: 'takeover-workers',
  promise: 'P1',
  bound:
    'one supervisor, three workers on one port, two of them killed: provider called again ≤ 4 s after each kill, the text of every reader equals the store, three workers again',
  short: false,
  alone: true,
  async run(bench) {
    const fleet = await bench.fleet({
      instances: 1,
      env: { WORKERS: '3' },
      scripts: { words: { words, wordsPerSecond: 100, continues: 'trailing' } },
    })
    try {
      const broken: string[] = []
      if (!(await until(async () => (await workers(fleet)).length === 3, 30_000)))
        broken.push('there were never three workers')
      // All at once, each on its own connection, because a connection that is kept alive always reaches the same
      // worker.
      const watched: Watched[] = await Promise.all(
        Array.from({ length: answers }, async (_, index) => {
          const answer = await fleet.startAnswer('words', `question ${index}`)
          return { answer, readers: [fleet.read(answer), fleet.read(answer)] }
        }),
      )
      const waits: number[] = []
      for (const worker of ['instance-1-1', 'instance-1-2']) {
        await delay(3000)
        waits.push(...(await killWorker(fleet, worker)))
      }
      broken.push(...(await checkAnswers(fleet, watched, { words, continues: true })))
      if (waits.length === 0) broken.push('no killed worker owned an answer: nothing was tested')
      const worst = Math.max(...waits)
      if (worst > maxMs) broken.push(`the provider was called again after ${seconds(worst)}`)
      if (!(await until(async () => (await workers(fleet)).length === 3, 15_000)))
        broken.push(`workers at the end: ${(await workers(fleet)).join(', ')}`)
      return {
        measured: `${waits.length} takeovers: provider called again after ${seconds(median(waits))} (median), ${seconds(worst)} (worst); ${answers} answers, ${answers * 2} readers`,
        broken,
      }
    } finally {
      await fleet.close()
    }
  },
}

function killWorker(fleet: Fleet, label: string): Promise<number[]> {
  const supervisor = fleet.instances[0]?.pid ?? 0
  return measureWaitsAfterKill(fleet, {
    async kill() {
      process.kill(workerPid(supervisor, label), 'SIGKILL')
      // Each connection that was kept alive to the dead worker breaks once, and a retry reaches a live worker.
      await until(async () => {
        const asked = Array.from({ length: 16 }, () => fetch(`${fleet.api.url}/health`))
        return (await Promise.allSettled(asked)).every((it) => it.status === 'fulfilled' && it.value.ok)
      }, 5000)
    },
    owns: (run) => run.owner?.startsWith(`${label}.`) ?? false,
  })
}

async function workers({ api }: Fleet): Promise<string[]> {
  const { members } = await api.call<{ members: { label: string }[] }>('GET', '/api/cluster')
  return members.map(({ label }) => label)
}
