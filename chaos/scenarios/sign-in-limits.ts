import type { Scenario } from '../scenario.ts'
import { openSignUp, password, signUpUser, nextAddress, trySignIn } from '../support/users.ts'
import type { Fleet } from '../support/fleet.ts'

const burst = 15
const tries = 60
const userCount = 12

/**
 * Guesses the password of one account from one address on all instances. Counts the guesses that reached the password
 * check.
 */
async function guess(fleet: Fleet): Promise<{ allowed: number; refused: number; other: number[] }> {
  const address = nextAddress()
  const urls = fleet.urls()
  const statuses: number[] = []
  for (let batch = 0; batch < tries / 6; batch++) {
    const some = Array.from({ length: 6 }, (_, index) =>
      trySignIn(urls[(batch + index) % urls.length] ?? '', {
        email: 'admin@example.com',
        secret: 'a wrong guess',
        address,
      }),
    )
    statuses.push(...(await Promise.all(some)))
  }
  return {
    allowed: statuses.filter((status) => status === 401).length,
    refused: statuses.filter((status) => status === 429).length,
    other: statuses.filter((status) => status !== 401 && status !== 429),
  }
}

export const signInLimits: Scenario = {
  name: 'sign-in-limits',
  promise: 'P7',
  bound: `${tries} guesses over 3 instances: ≤ 2 × ${burst} reach the password, while Redis is away ≤ 3 × ${burst}; ${userCount} users sign in meanwhile and none gets “limit reached”`,
  short: true,
  async run(bench) {
    const fleet = await bench.fleet({ env: openSignUp })
    try {
      const broken: string[] = []
      const emails = Array.from({ length: userCount }, (_, index) => `user-${index}@example.com`)
      for (const email of emails) await signUpUser(fleet.urls()[0] ?? '', email)
      const shared = await guess(fleet)
      if (shared.allowed > 2 * burst)
        broken.push(`${shared.allowed} guesses of ${tries} reached the password`)
      if (shared.allowed < burst)
        broken.push(`only ${shared.allowed} guesses were allowed: a legitimate user would be refused`)
      await fleet.redis?.servers[0]?.kill()
      const away = await guess(fleet)
      if (away.allowed > 3 * burst)
        broken.push(`without Redis ${away.allowed} guesses of ${tries} reached the password`)
      if (away.refused === 0) broken.push('without Redis there is no limit')
      const other = [...shared.other, ...away.other]
      if (other.length > 0) broken.push(`guesses were answered with ${other.join(', ')}`)
      const office = nextAddress()
      const statuses = await Promise.all(
        emails.map((email, index) =>
          trySignIn(fleet.urls()[index % 3] ?? '', { email, secret: password, address: office }),
        ),
      )
      if (statuses.some((status) => status !== 200))
        broken.push(`without Redis, sign-ins of users were answered with ${statuses.join(', ')}`)
      return {
        measured: `${shared.allowed} of ${tries} guesses allowed, ${away.allowed} while Redis was away; ${userCount} users signed in`,
        broken,
      }
    } finally {
      await fleet.close()
    }
  },
}
