import type { LogWriter } from '../coordination/contracts.ts'
import type { DeliveryMoments } from './delivery-moments.ts'
import type { RunOwnership } from './run-ownership.ts'
import type { RunView } from './run-view.ts'
import type { UnsavedText } from './unsaved-text.ts'

export interface RunDeliveryPorts {
  view: Pick<RunView, 'readers' | 'source' | 'write'>
  log: Pick<LogWriter, 'seq' | 'write'>
  unsaved: Pick<UnsavedText, 'add' | 'length'>
  ownership: Pick<RunOwnership, 'mayDeliver' | 'untilConfirmed'>
  moments: RunMoments
  /** Brings the next save forward. */
  saveSoon: () => void
  /** UTF-16 units of unsaved text that bring the save forward, and that pause the provider. */
  limits: { saveUnits: number; pauseUnits: number }
}

/** When words are delivered: to readers on this instance, and where only the log takes them. */
export interface RunMoments {
  read: Pick<DeliveryMoments, 'next'>
  unread: Pick<DeliveryMoments, 'next'>
}

/**
 * Delivers the words of a run to its readers here, its log and the text to be saved. The first words of a quiet run go
 * at once; what follows is gathered until the next moment, and the provider waits for that moment too: reading its
 * socket once costs less than reading it for every word. A provider is paused as long as too much is unsaved.
 *
 *     quiet ⇄ gathering        both → closed
 */
export class RunDelivery {
  readonly #ports: RunDeliveryPorts
  #state: 'quiet' | 'gathering' | 'closed' = 'quiet'
  /** Words that were not delivered yet. */
  #pending = ''
  /** Providers that wait to be read again: one at most, unless it ignores its back-pressure. */
  #paused: (() => void)[] = []

  constructor(ports: RunDeliveryPorts) {
    this.#ports = ports
  }

  /** The whole transcript, with the words that were not delivered yet. */
  get text(): string {
    return this.#ports.view.source.text + this.#pending
  }

  /** Takes words of the provider. Resolves when it may be read again. */
  take(words: string): Promise<void> {
    this.append(words)
    this.#deliverSoon()
    return new Promise((resolve) => this.#paused.push(resolve))
  }

  /** Takes words that go with the next delivery. */
  append(words: string): void {
    if (this.#state !== 'closed') this.#pending += words
  }

  /** Delivers what was gathered, unless the owner has to be silent. */
  flush(): void {
    if (this.#pending !== '' && this.#state !== 'closed' && this.#ports.ownership.mayDeliver())
      this.#deliver()
  }

  /** Waits out a silence of the owner, then delivers everything. */
  async flushAfterSilence(): Promise<void> {
    const { ownership } = this.#ports
    while (this.#state !== 'closed' && !ownership.mayDeliver()) await ownership.untilConfirmed()
    if (this.#state !== 'closed' && this.#pending !== '') this.#deliver()
  }

  /** The owner's silence has ended. */
  resume(): void {
    if (this.#pending !== '') this.#deliverSoon()
  }

  /** A save has come through: there is room again. */
  resumeProvider(): void {
    for (const resume of this.#paused.splice(0)) resume()
  }

  /**
   * The store was read. If a save whose reply was lost had covered everything, no other reply comes that could resume
   * the provider.
   */
  resumeProviderIfRoom(): void {
    if (this.#state !== 'gathering' && !this.#tooMuchUnsaved) this.resumeProvider()
  }

  /** Delivers nothing any more, and holds no provider back. */
  close(): void {
    this.#state = 'closed'
    this.resumeProvider()
  }

  #deliverSoon(): void {
    if (this.#state !== 'quiet') return
    this.flush()
    this.#state = 'gathering'
    const { view, moments } = this.#ports
    const next = view.readers > 0 ? moments.read : moments.unread
    next.next(this.#onMoment)
  }

  readonly #onMoment = (): void => {
    if (this.#state === 'closed') return
    this.#state = 'quiet'
    if (this.#pending !== '') this.#deliverSoon()
    if (this.#tooMuchUnsaved) this.#ports.saveSoon()
    else this.resumeProvider()
  }

  get #tooMuchUnsaved(): boolean {
    const { unsaved, limits } = this.#ports
    return unsaved.length + this.#pending.length >= limits.pauseUnits
  }

  #deliver(): void {
    const { view, log, unsaved, limits, saveSoon } = this.#ports
    const words = this.#pending
    this.#pending = ''
    view.write(words, log.seq)
    log.write(words)
    unsaved.add(words)
    if (unsaved.length >= limits.saveUnits) saveSoon()
  }
}
