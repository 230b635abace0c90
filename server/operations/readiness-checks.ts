import type { Finding } from '../base/index.ts'
import type { Chat } from '../chat/index.ts'
import type { RedisLink } from '../coordination/redis/redis-link.ts'
import type { Store } from '../store/index.ts'
import type { InstallationFindings } from './detect-other-installation.ts'
import type { ReadinessCheck } from './readiness.ts'

/** The state that the checks read each time they run. */
export interface InstanceHealth {
  readonly draining: boolean
  /** Why the store has not been found yet. */
  readonly storeProblem: string | undefined
  /** Present once the store has been found. */
  readonly started:
    | {
        store: Pick<Store, 'ping' | 'degraded'>
        chat: Pick<Chat, 'coolingDown'>
        link?: Pick<RedisLink, 'problem'>
      }
    | undefined
  readonly findings: InstallationFindings
}

/** The checks of `/ready`. A failed check keeps traffic away unless `required` is false. */
export function readinessChecks(health: InstanceHealth): ReadinessCheck[] {
  return [
    { name: 'draining', check: () => (health.draining ? draining : undefined) },
    {
      name: 'store',
      check: async () => {
        if (!health.started) return storeNotFound(health.storeProblem)
        await health.started.store.ping()
        return undefined
      },
    },
    // Not required: users can still read, and other instances use the same disk or database server, so they could not
    // save either.
    {
      name: 'degraded',
      required: false,
      check: () => health.started?.store.degraded(),
    },
    { name: 'installation', check: () => health.findings.installation },
    {
      name: 'redis-prefix',
      required: false,
      check: () => health.findings.otherPrefix ?? health.findings.foreignWriter,
    },
    // This check and `redis` are reported but not required, because such an instance still serves its users (P4).
    {
      name: 'takeover',
      required: false,
      check: () => (health.started?.chat.coolingDown ? takeoverOff : undefined),
    },
    { name: 'redis', required: false, check: () => health.started?.link?.problem() },
  ]
}

const draining: Finding = {
  code: 'draining',
  about: 'instance',
  severity: 'error',
  problem: 'this instance is shutting down',
  cure: '',
}

const takeoverOff: Finding = {
  code: 'takeover-off',
  about: 'instance',
  severity: 'warning',
  problem:
    'this instance died twice within a minute of taking over answers, so it leaves takeovers to other instances for five minutes',
  cure: 'look for the cause in its log before each death',
}

function storeNotFound(problem = 'this instance is starting'): Finding {
  return { code: 'store-not-found', about: 'store', severity: 'error', problem, cure: '' }
}
