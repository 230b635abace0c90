import { setTimeout as delay } from 'node:timers/promises'
import type { Scenario } from '../scenario.ts'
import { startCrowd } from '../support/crowd.ts'
import { openSignUp, signUpUser } from '../support/users.ts'
import { startRandomBalancer } from '../support/random-balancer.ts'

const userCount = 12
const words = 60

export const balancing: Scenario = {
  name: 'random-balancing',
  promise: 'P8',
  bound: `${userCount} users for 10 s, with each request and socket on a random one of three instances: 0 failed requests, 0 cut answers`,
  short: true,
  async run(bench) {
    const fleet = await bench.fleet({
      env: openSignUp,
      scripts: { words: { words, wordsPerSecond: 30 } },
    })
    const balancer = await startRandomBalancer(fleet.urls)
    try {
      const crowd = startCrowd({
        users: await Promise.all(
          Array.from({ length: userCount }, (_, index) =>
            signUpUser(balancer.url, `user-${index}@example.com`),
          ),
        ),
        url: balancer.url,
        words,
        thinkMs: 300,
      })
      await delay(10_000)
      await crowd.end()
      const { requests, answers, failures } = crowd.log
      const broken = [...failures]
      const shares = [...balancer.counts.values()]
      if (shares.length !== 3 || Math.min(...shares) < 20)
        broken.push(`shares of ${shares.join(', ')}: not random`)
      if (answers < userCount) broken.push(`only ${answers} answers: nothing was tested`)
      return {
        measured: `${requests} requests, ${answers} answers; requests per instance ${shares.join(' / ')}; ${failures.length} failures`,
        broken,
      }
    } finally {
      balancer.stop()
      await fleet.close()
    }
  },
}
