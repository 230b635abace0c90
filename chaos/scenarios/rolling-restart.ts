import { setTimeout as delay } from 'node:timers/promises'
import { findProgram } from '../../test/support/find-program.ts'
import type { Scenario } from '../scenario.ts'
import { checkAnswers, seconds } from '../support/check-answers.ts'
import type { Watched } from '../support/check-answers.ts'
import { startCrowd } from '../support/crowd.ts'
import { startNginx } from '../support/nginx-process.ts'
import { openSignUp, signUpUser } from '../support/users.ts'

const userCount = 50
const words = 120

/** `apartMs` is the time from when an instance is ready again to the next SIGTERM. */
const behindNginx = (
  name: string,
  { whose, apartMs }: { whose: 'ours' | 'guide'; apartMs: number },
): Scenario => ({
  name,
  promise: 'P9',
  bound: `3 instances restarted one after another behind ${whose === 'ours' ? 'our nginx file' : 'the nginx file of the guide'}, each SIGTERM ${apartMs / 1000} s after the previous instance is ready again, with ${userCount} users: 0 failed requests, 0 cut answers`,
  short: false,
  alone: true,
  unmetRequirement: () => (findProgram('nginx') ? undefined : 'needs nginx'),
  async run(bench) {
    const fleet = await bench.fleet({
      env: openSignUp,
      scripts: { words: { words, wordsPerSecond: 12 } },
    })
    const nginx = await startNginx(fleet.urls(), { whose })
    try {
      const users = []
      for (let index = 0; index < userCount; index++)
        users.push(await signUpUser(fleet.urls()[0] ?? '', `user-${index}@example.com`))
      const crowd = startCrowd({ users, url: nginx.url, words, thinkMs: 1500 })
      await delay(5000)
      const drains: number[] = []
      for (const index of [0, 1, 2]) {
        const began = performance.now()
        fleet.instances[index]?.kill('SIGTERM')
        await fleet.instances[index]?.exited()
        drains.push(performance.now() - began)
        await fleet.restart(index)
        await delay(apartMs)
      }
      await delay(3000)
      await crowd.end()
      const { requests, answers, failures } = crowd.log
      const broken = [...failures]
      if (answers < userCount) broken.push(`only ${answers} answers: nothing was tested`)
      if (drains.some((ms) => ms > 10_000)) broken.push(`a drain took ${seconds(Math.max(...drains))}`)
      if (failures.length > 0) broken.push((await nginx.errors()).split('\n').slice(-5).join(' | '))
      return {
        measured: `${requests} requests, ${answers} answers, ${failures.length} failures; drains took ${drains.map(seconds).join(', ')}`,
        broken,
      }
    } finally {
      await nginx.stop()
      await fleet.close()
    }
  },
})

const termThenKill: Scenario = {
  name: 'term-then-kill',
  promise: 'P9',
  bound: 'SIGTERM, and SIGKILL 10 s later, during 20 longer answers: 0 answers cut, 0 words lost',
  short: true,
  async run(bench) {
    const long = 420
    const fleet = await bench.fleet({ scripts: { words: { words: long, wordsPerSecond: 22 } } })
    try {
      const victim = fleet.instances[0]
      const watched: Watched[] = []
      for (let index = 0; index < 20; index++) {
        const answer = await fleet.startAnswer(
          'words',
          `question ${index}`,
          index < 10 ? victim?.url : undefined,
        )
        watched.push({ answer, readers: [fleet.read(answer)] })
      }
      await delay(2000)
      fleet.api.url = fleet.urls()[1] ?? ''
      const began = performance.now()
      victim?.kill('SIGTERM')
      await Promise.race([victim?.exited(), delay(10_000)])
      const took = performance.now() - began
      const killed = victim?.alive === true
      if (killed) await fleet.kill(0)
      const broken = await checkAnswers(fleet, watched, { words: long, continues: true })
      if (killed) broken.push('the instance had to be killed, because its drain took longer than 10 s')
      return { measured: `20 answers complete; the instance had stopped after ${seconds(took)}`, broken }
    } finally {
      await fleet.close()
    }
  },
}

export const upgrades: Scenario[] = [
  behindNginx('rolling-restart', { whose: 'ours', apartMs: 1000 }),
  // The nginx file of the guide skips an instance for 30 s after three refused connections.
  behindNginx('rolling-restart-guide', { whose: 'guide', apartMs: 31_000 }),
  termThenKill,
]
