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

/** Problems with other installations and with instances that this one cannot see. Empty if there are none. */
export interface InstallationFindings {
  /** Another installation or a different secret was found, which keeps this instance from being ready. */
  installation?: Finding | undefined
  /** Another program, without this installation's secret, writes to its Redis prefix. */
  foreignWriter?: Finding | undefined
  /** Instances on the same database use a different Redis prefix. */
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
  /** The id of this incarnation. `label` is its name for users. */
  self: string
  label: string
  /** Updated until the signal aborts. */
  findings: InstallationFindings
  clock: Clock
  logger: Logger
  signal: AbortSignal
}

const expiresMs = 86_400_000
/** Interval of the check while there is no finding; long, because each check costs Redis commands. */
const checkEveryMs = 30_000
const recheckEveryMs = 10_000
/** How long the finding `foreignWriter` remains after the other program was last seen. */
const reportForeignWriterMs = 25_000
/**
 * This instance claims the prefix if the other installation has not been seen for this long. It exceeds the check
 * interval of 30 s, so that the other installation's own instances can renew their claim first.
 */
const claimPrefixAfterMs = 45_000
/** How long the first check waits for Redis. After that the instance starts without it. */
const firstLinkMs = 2000

/**
 * Two installations, or instances with different secrets, on the same store or Redis prefix would sign out each other's
 * users and mix their messages. An instance that detects this does not become ready, and reports what to change.
 */
export async function detectOtherInstallation(options: DetectOtherInstallationOptions): Promise<void> {
  const { store, fingerprint, findings, logger, link, membership, signal } = options
  const met = await store.installations.register(fingerprint)
  if (met.kind === 'mismatch') {
    findings.installation = otherSecretInDatabase
    logger.error(sentenceOf(otherSecretInDatabase))
    return
  }
  await detectOtherPrefixes({ ...options, prefix: link ? options.keyPrefix : '' })
  if (!link) return
  const failed = (error: unknown): void =>
    logger.debug({ err: error }, 'checking Redis for another installation failed')
  const claim = new PrefixClaim({ ...options, link }, `${met.installation.id} ${fingerprint}`)
  await untilHealthy(link, firstLinkMs)
  await claim.check().catch(failed)
  const stopListening = link.onLink((healthy) => {
    if (healthy) void claim.check().catch(failed)
  })
  signal.addEventListener('abort', stopListening, { once: true })
  // The proof of the claim expires when the instance that signed it leaves. Therefore the other instances check it
  // immediately and sign a new one; otherwise, a copy of this installation could claim the prefix first.
  membership.watch({ departed: () => void claim.check().catch(failed) })
  const ms = (): number => (findings.installation || findings.foreignWriter ? recheckEveryMs : checkEveryMs)
  void every(() => claim.check(), { ms, failed, signal })
}

type PrefixClaimOptions = DetectOtherInstallationOptions & { link: RedisLink }

/**
 * This installation's claim to its Redis prefix. The first instance writes it, and it expires a day after the last
 * renewal. Another installation's claim keeps this instance from being ready only if an instance that is alive has
 * signed it with our secret. Without the secret, another program cannot read or forge our messages, and a single SET
 * command of another program must not take the fleet out of service.
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
    } else if (now - this.#rivalSeenAt >= claimPrefixAfterMs) {
      // No live instance supports another claim, so the prefix is ours. One instance renews the proof for all.
      if (!ours || rival === undefined || rival.incarnation === self) await this.#write(epoch)
      if (ours || findings.installation) this.#resolved(now)
      else this.#warn(now)
    }
  }

  /** The instance that supports a claim: it has signed it with our secret and still sends heartbeats. */
  async #rival(claim: string): Promise<{ incarnation: string; epoch: string } | undefined> {
    const { link, keys } = this.#options
    const proof = await link.command(['GET', keys.installationProof()])
    const [incarnation = '', epoch = '', signature = ''] = typeof proof === 'string' ? proof.split(' ') : []
    if (!this.#signer.verify('installation', `${claim} ${incarnation} ${epoch}`, signature)) return undefined
    // Instances under this prefix remove the entries of instances that stopped sending heartbeats.
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
    if (findings.installation) logger.info('no other installation uses this Redis prefix any longer')
    findings.installation = undefined
    // While two installations overwrite each other's claim, each sometimes reads its own, so the finding is kept a
    // while.
    if (now - this.#foreignSeenAt >= reportForeignWriterMs) findings.foreignWriter = undefined
  }
}

const otherSecretInDatabase: Finding = {
  code: 'secret-of-another-database',
  about: 'WEBUI_SECRET_KEY',
  severity: 'error',
  problem: 'WEBUI_SECRET_KEY differs from the one with which this database was created',
  cure: 'set the original WEBUI_SECRET_KEY on every instance',
}

const otherSecretInRedis: Finding = {
  code: 'secrets-differ',
  about: 'WEBUI_SECRET_KEY',
  severity: 'error',
  problem: 'another instance of this installation has a different WEBUI_SECRET_KEY',
  cure: 'set the same WEBUI_SECRET_KEY on every instance',
}

const otherInstallationInRedis = (prefix: string): Finding => ({
  code: 'prefix-of-another-installation',
  about: 'REDIS_KEY_PREFIX',
  severity: 'error',
  problem: `another installation uses the Redis prefix "${prefix}"`,
  cure: 'set a different REDIS_KEY_PREFIX on one of them, or the same DATABASE_URL on both if they are one installation',
})

const copyOfData = (prefix: string): Finding => ({
  code: 'prefix-of-a-copy',
  about: 'REDIS_KEY_PREFIX',
  severity: 'error',
  problem: `instances of this installation use the Redis prefix "${prefix}" with another copy of its data`,
  cure: 'set a different REDIS_KEY_PREFIX for the copy. If those instances were stopped for a restore, wait a minute',
})

const foreignWriter = (prefix: string): Finding => ({
  code: 'prefix-with-foreign-writer',
  about: 'REDIS_KEY_PREFIX',
  severity: 'warning',
  problem: `another program writes to the Redis prefix "${prefix}", possibly an installation with a different WEBUI_SECRET_KEY`,
  cure: 'set a different REDIS_KEY_PREFIX on one of the two',
})
