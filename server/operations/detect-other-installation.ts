import { every, sentenceOf } from '../base/index.ts'
import type { Clock, Finding, Logger } from '../base/index.ts'
import type { Membership } from '../coordination/contracts.ts'
import type { RedisKeys } from '../coordination/redis/keys.ts'
import type { RedisLink } from '../coordination/redis/redis-link.ts'
import { untilHealthy } from '../coordination/redis/until-healthy.ts'
import { createSigner } from '../coordination/signer.ts'
import type { Signer } from '../coordination/signer.ts'
import type { Store } from '../store/index.ts'
import { detectOtherPrefixes } from './detect-other-prefixes.ts'

/** What is known of other installations and of instances that this one cannot see; empty where there are none. */
export interface InstallationFindings {
  /** Another installation or another secret: keeps this instance from being ready. */
  installation?: Finding | undefined
  /** Somebody without this installation's secret writes under its Redis prefix. */
  foreignWriter?: Finding | undefined
  /** Instances on the same database use another Redis prefix. */
  otherPrefix?: Finding | undefined
}

export interface DetectOtherInstallationOptions {
  store: Store
  secretKey: string
  fingerprint: string
  /** Absent without REDIS_URL. */
  link?: RedisLink
  keys: RedisKeys
  keyPrefix: string
  membership: Pick<Membership, 'watch'>
  /** This incarnation, and its name for people. */
  self: string
  label: string
  /** Is kept up to date until the signal aborts. */
  findings: InstallationFindings
  clock: Clock
  logger: Logger
  signal: AbortSignal
}

const expiresMs = 86_400_000
/** Rare enough to cost a fleet at rest next to nothing; while there is something to report, its end shows sooner. */
const calmMs = 30_000
const findingMs = 10_000
/** How long a foreign writer is remembered after it was last seen. */
const foreignMs = 25_000
/** After this without the other installation its prefix is ours: its own instances come first, and look every 30 s. */
const takeOverMs = 45_000
/** How long the first comparison waits for Redis: an instance starts without it. */
const firstLinkMs = 2000

/**
 * Two installations, or two secrets, that meet in one store or under one Redis prefix would sign each other's people
 * out and mix their messages. An instance that finds another one does not become ready, and says which side to change.
 */
export async function detectOtherInstallation(options: DetectOtherInstallationOptions): Promise<void> {
  const { store, fingerprint, findings, logger, link, membership, signal } = options
  const met = await store.installations.meet(fingerprint)
  if (met.kind === 'mismatch') {
    findings.installation = otherSecretInDatabase
    logger.error(sentenceOf(otherSecretInDatabase))
    return
  }
  await detectOtherPrefixes({ ...options, prefix: link ? options.keyPrefix : '' })
  if (!link) return
  const failed = (error: unknown): void =>
    logger.debug({ err: error }, 'the installation cannot be compared in Redis now')
  const claim = new PrefixClaim({ ...options, link }, `${met.installation.id} ${fingerprint}`)
  await untilHealthy(link, firstLinkMs)
  await claim.check().catch(failed)
  const stopListening = link.onLink((healthy) => {
    if (healthy) void claim.check().catch(failed)
  })
  signal.addEventListener('abort', stopListening, { once: true })
  // The one that renewed the proof may have gone: until another one does, a copy would take the prefix for free.
  membership.watch({ gone: () => void claim.check().catch(failed) })
  const ms = (): number => (findings.installation || findings.foreignWriter ? findingMs : calmMs)
  void every(() => claim.check(), { ms, failed, signal })
}

type PrefixClaimOptions = DetectOtherInstallationOptions & { link: RedisLink }

/**
 * This installation's claim to its Redis prefix: the first instance writes it, and it lasts a day beyond the last one.
 * Another installation's claim keeps this instance from being ready only if it is signed with our secret, by an instance
 * that is alive: without the secret nobody can read or forge our messages, and one SET by somebody else must not take a
 * fleet out of service.
 */
class PrefixClaim {
  readonly #options: PrefixClaimOptions
  readonly #mine: string
  readonly #signer: Signer
  /** Monotonic times, ms. */
  #rivalSeenAt = Number.NEGATIVE_INFINITY
  #foreignSeenAt = Number.NEGATIVE_INFINITY

  constructor(options: PrefixClaimOptions, mine: string) {
    this.#options = options
    this.#mine = mine
    this.#signer = createSigner(options.secretKey)
  }

  async check(): Promise<void> {
    const { link, keys, clock, findings, keyPrefix, self, store } = this.#options
    if (!link.healthy()) return
    const epoch = (await store.epochs.read()).id
    const theirs = await link.command(['SET', keys.installation(), this.#mine, 'NX', 'GET', 'PX', expiresMs])
    const now = clock.monotonic()
    const claim = typeof theirs === 'string' ? theirs : this.#mine
    const ours = claim === this.#mine
    const rival = theirs === null ? undefined : await this.#rival(claim)
    if (rival !== undefined && !(ours && rival.epoch === epoch)) {
      this.#rivalSeenAt = now
      this.#report(ours ? copyOfData(keyPrefix) : this.#otherInstallation(claim))
    } else if (now - this.#rivalSeenAt >= takeOverMs) {
      // Nobody stands behind another claim (any more): the prefix is ours. One of us renews the proof for all.
      if (!ours || rival === undefined || rival.incarnation === self) await this.#write(epoch)
      if (ours || findings.installation) this.#resolved(now)
      else this.#warn(now)
    }
  }

  /** Who stands behind a claim: an instance that beats and signed it with our secret. */
  async #rival(claim: string): Promise<{ incarnation: string; epoch: string } | undefined> {
    const { link, keys } = this.#options
    const proof = await link.command(['GET', keys.installationProof()])
    const [incarnation = '', epoch = '', signature = ''] = typeof proof === 'string' ? proof.split(' ') : []
    if (!this.#signer.verify('installation', `${claim} ${incarnation} ${epoch}`, signature)) return undefined
    // Any instance under this prefix removes those that stopped beating.
    const beats = await link.command(['ZSCORE', keys.memberBeats(), incarnation])
    return beats === null ? undefined : { incarnation, epoch }
  }

  async #write(epoch: string): Promise<void> {
    const { link, keys, self } = this.#options
    const written = `${self} ${epoch}`
    const signature = this.#signer.sign('installation', `${this.#mine} ${written}`)
    await link.command(['SET', keys.installation(), this.#mine, 'PX', expiresMs])
    await link.command(['SET', keys.installationProof(), `${written} ${signature}`, 'PX', expiresMs])
  }

  #otherInstallation(theirs: string): Finding {
    const sameStore = theirs.split(' ')[0] === this.#mine.split(' ')[0]
    return sameStore ? otherSecretInRedis : otherInstallationInRedis(this.#options.keyPrefix)
  }

  #report(finding: Finding): void {
    const { findings, logger } = this.#options
    if (findings.installation?.problem !== finding.problem) logger.error(sentenceOf(finding))
    findings.installation = finding
  }

  #warn(now: number): void {
    const { findings, keyPrefix, logger } = this.#options
    const finding = foreignWriter(keyPrefix)
    this.#foreignSeenAt = now
    if (!findings.foreignWriter) logger.warn(sentenceOf(finding))
    findings.foreignWriter = finding
  }

  #resolved(now: number): void {
    const { findings, logger } = this.#options
    if (findings.installation) logger.info('no other installation uses this Redis prefix any more')
    findings.installation = undefined
    // Two that write in turn see their own value now and then.
    if (now - this.#foreignSeenAt >= foreignMs) findings.foreignWriter = undefined
  }
}

const otherSecretInDatabase: Finding = {
  code: 'secret-of-another-database',
  about: 'WEBUI_SECRET_KEY',
  severity: 'error',
  problem: 'WEBUI_SECRET_KEY is not the one this database was made with',
  cure: 'give every instance the same one, or restore the former',
}

const otherSecretInRedis: Finding = {
  code: 'secrets-differ',
  about: 'WEBUI_SECRET_KEY',
  severity: 'error',
  problem: 'another instance of this installation has another WEBUI_SECRET_KEY',
  cure: 'give every instance the same one',
}

const otherInstallationInRedis = (prefix: string): Finding => ({
  code: 'prefix-of-another-installation',
  about: 'REDIS_KEY_PREFIX',
  severity: 'error',
  problem: `another installation uses the Redis prefix "${prefix}"`,
  cure: 'set another REDIS_KEY_PREFIX on one of the two, or the same DATABASE_URL if they are one',
})

const copyOfData = (prefix: string): Finding => ({
  code: 'prefix-of-a-copy',
  about: 'REDIS_KEY_PREFIX',
  severity: 'error',
  problem: `instances of this installation use the Redis prefix "${prefix}" with another copy of its data`,
  cure: 'set another REDIS_KEY_PREFIX for the copy. If they have been stopped for a restore, this ends within a minute',
})

const foreignWriter = (prefix: string): Finding => ({
  code: 'prefix-with-foreign-writer',
  about: 'REDIS_KEY_PREFIX',
  severity: 'warning',
  problem: `something else writes under the Redis prefix "${prefix}", perhaps another installation with another WEBUI_SECRET_KEY`,
  cure: 'set another REDIS_KEY_PREFIX on one of the two',
})
