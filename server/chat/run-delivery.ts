import type { LogWriter } from '../coordination/contracts.ts'
import type { DeliveryTicker } from './delivery-ticker.ts'
import type { RunOwnership } from './run-ownership.ts'
import type { RunView } from './run-view.ts'
import type { UnsavedText } from './unsaved-text.ts'

export interface RunDeliveryPorts {
  view: Pick<RunView, 'readers' | 'source' | 'write'>
  log: Pick<LogWriter, 'seq' | 'write'>
  unsaved: Pick<UnsavedText, 'add' | 'length'>
  ownership: Pick<RunOwnership, 'mayDeliver' | 'untilConfirmed'>
  tickers: DeliveryTickers
  /** Has the saver save at once instead of at its next interval. */
  saveSoon: () => void
  /** UTF-16 units of unsaved text that trigger a save, and that pause the provider. */
  limits: { saveUnits: number; pauseUnits: number }
}

/** When text is delivered: `read` for runs with readers on this instance, `unread` for runs without. */
export interface DeliveryTickers {
  read: Pick<DeliveryTicker, 'onNextTick'>
  unread: Pick<DeliveryTicker, 'onNextTick'>
}

/**
 * Delivers the text of a run to its readers here, to its log and to the unsaved text. The first text of a quiet run is
 * delivered at once; what follows is gathered until the next tick. The provider is paused until that tick too: reading
 * its socket once costs less than reading it for every word. It stays paused while too much text is unsaved.
 *
 *     quiet ⇄ gathering        both → closed
 */
export class RunDelivery {
  readonly #ports: RunDeliveryPorts
  #state: 'quiet' | 'gathering' | 'closed' = 'quiet'
  /** Text that is not delivered yet. */
  #pending = ''
  /** Resolvers of paused reads from the provider: at most one, unless the provider's client ignores back-pressure. */
  #paused: (() => void)[] = []

  constructor(ports: RunDeliveryPorts) {
    this.#ports = ports
  }

  /** The whole transcript, including text that is not delivered yet. */
  get text(): string {
    return this.#ports.view.source.text + this.#pending
  }

  /** Takes text from the provider. Resolves when the provider may be read again. */
  take(text: string): Promise<void> {
    this.append(text)
    this.#deliverSoon()
    return new Promise((resolve) => this.#paused.push(resolve))
  }

  /** Takes text that is delivered with the next delivery. */
  append(text: string): void {
    if (this.#state !== 'closed') this.#pending += text
  }

  /** Delivers the gathered text, unless the owner must stay silent (rule 7). */
  flush(): void {
    if (this.#pending !== '' && this.#state !== 'closed' && this.#ports.ownership.mayDeliver())
      this.#deliver()
  }

  /** Waits until the owner's silence ends, then delivers all gathered text. */
  async flushAfterSilence(): Promise<void> {
    const { ownership } = this.#ports
    while (this.#state !== 'closed' && !ownership.mayDeliver()) await ownership.untilConfirmed()
    if (this.#state !== 'closed' && this.#pending !== '') this.#deliver()
  }

  /** Called when the owner's silence has ended. */
  resume(): void {
    if (this.#pending !== '') this.#deliverSoon()
  }

  /** Called when a save has succeeded: there is less unsaved text now. */
  resumeProvider(): void {
    for (const resume of this.#paused.splice(0)) resume()
  }

  /**
   * Called after the run's row was read. If the reply to a save was lost and nothing else is unsaved, no further save
   * resumes the provider.
   */
  resumeProviderIfAllowed(): void {
    if (this.#state !== 'gathering' && !this.#tooMuchUnsaved) this.resumeProvider()
  }

  /** Stops delivering, and resumes a paused provider. */
  close(): void {
    this.#state = 'closed'
    this.resumeProvider()
  }

  #deliverSoon(): void {
    if (this.#state !== 'quiet') return
    this.flush()
    this.#state = 'gathering'
    const { view, tickers } = this.#ports
    const next = view.readers > 0 ? tickers.read : tickers.unread
    next.onNextTick(this.#onTick)
  }

  readonly #onTick = (): void => {
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
    const text = this.#pending
    this.#pending = ''
    view.write(text, log.seq)
    log.write(text)
    unsaved.add(text)
    if (unsaved.length >= limits.saveUnits) saveSoon()
  }
}
