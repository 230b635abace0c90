import { every, sentenceOf } from '../base/index.ts'
import type { Finding, Logger } from '../base/index.ts'
import type { PrefixUse, Store } from '../store/index.ts'

export interface DetectOtherPrefixesOptions {
  store: Store
  /** The Redis prefix of this instance; empty if it does not use Redis. */
  prefix: string
  label: string
  findings: { otherPrefix?: Finding | undefined }
  logger: Logger
  signal: AbortSignal
}

/** Intervals of the check without and with a finding, as in `detectOtherInstallation`. */
const checkEveryMs = 30_000
const recheckEveryMs = 10_000

/**
 * Instances on one database do not see each other if their Redis prefixes differ or only some use Redis. Each would
 * then treat running answers of the others as orphans. So each instance reports the labels of the instances on both
 * sides.
 */
export async function detectOtherPrefixes(options: DetectOtherPrefixesOptions): Promise<void> {
  const { store, prefix, label, findings, logger, signal } = options
  if (store.kind === 'sqlite') return
  const check = async (): Promise<void> => {
    const others = await store.installations.registerPrefix(prefix, label)
    const finding = others.length === 0 ? undefined : otherPrefix(prefix, others)
    if (finding?.problem === findings.otherPrefix?.problem) return
    if (finding) logger.warn(sentenceOf(finding))
    else logger.info('all instances on this database use the same Redis prefix again')
    findings.otherPrefix = finding
  }
  const failed = (error: unknown): void =>
    logger.debug({ err: error }, 'checking the Redis prefixes of this database failed')
  await check().catch(failed)
  void every(check, { ms: () => (findings.otherPrefix ? recheckEveryMs : checkEveryMs), failed, signal })
}

function otherPrefix(mine: string, others: PrefixUse[]): Finding {
  const theirs = others.map(({ prefix, label }) => `${nameOf(prefix)} (instance ${label})`).join(', ')
  return {
    code: 'prefixes-differ',
    about: 'REDIS_KEY_PREFIX',
    severity: 'warning',
    problem: `this instance uses ${nameOf(mine)}, but others on the same database use ${theirs}, so they do not see each other`,
    cure: 'set the same REDIS_URL and REDIS_KEY_PREFIX on all of them, or a different DATABASE_URL if they are two installations',
  }
}

function nameOf(prefix: string): string {
  return prefix === '' ? 'no Redis' : `the Redis prefix "${prefix}"`
}
