import type { Finding } from '../base/index.ts'
import type { Chat } from '../chat/index.ts'
import type { RedisLink } from '../coordination/redis/redis-link.ts'
import type { Store } from '../store/index.ts'
import type { InstallationFindings } from './detect-other-installation.ts'
import type { ReadinessCheck } from './readiness.ts'

/** What the checks ask, each time anew. */
export interface InstanceHealth {
  readonly draining: boolean
  /** Why the store has not been found yet. */
  readonly storeProblem: string | undefined
  /** Once the store was found. */
  readonly started:
    | {
        store: Pick<Store, 'ping' | 'degraded'>
        chat: Pick<Chat, 'coolingDown'>
        link?: Pick<RedisLink, 'problem'>
      }
    | undefined
  readonly findings: InstallationFindings
}

/** Everything that `/ready` says, and what of it keeps traffic away. */
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
    // Required by nobody: reading goes on, and another instance has the same disk and the same server.
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
    // Told and not required: an instance without Redis serves its people (P4).
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
    'this instance died twice within a minute of taking answers over, so for five minutes it takes none over while others do',
  cure: 'its log before the deaths says why',
}

function storeNotFound(problem = 'this instance is starting'): Finding {
  return { code: 'store-not-found', about: 'store', severity: 'error', problem, cure: '' }
}
