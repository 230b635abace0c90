import assert from 'node:assert/strict'
import { systemClock } from '../../../server/base/index.ts'
import { MemoryRunLogHub } from '../../../server/coordination/run-log/memory-run-log.ts'
import { ModelOwner } from './model-owner.ts'
import type { ModelOwnerOptions } from './model-owner.ts'
import { ModelPage } from './model-page.ts'
import { ModelStore } from './model-store.ts'

const pageCount = 5

/** Advances the test's clock. */
export type Advance = (ms: number) => void

/** One run with its owners, its log, its stored text and its pages. */
export class World {
  readonly hub = new MemoryRunLogHub({ clock: systemClock })
  readonly store = new ModelStore()
  readonly owners: ModelOwner[] = []
  readonly pages: ModelPage[]
  /** Restores the log to its state after a step; one function per step. A failover may restore any of them. */
  readonly pastStates: (() => void)[] = []
  readonly #advance: Advance
  /** Whether the log keeps everything that it acknowledged. */
  readonly #sound: boolean
  readonly #errors: unknown[] = []

  constructor(advance: Advance, sound: boolean) {
    this.#advance = advance
    this.#sound = sound
    this.pages = Array.from(
      { length: pageCount },
      () => new ModelPage(this.hub, (error) => void this.#errors.push(error)),
    )
  }

  claim(options: Pick<ModelOwnerOptions, 'restart' | 'withoutRedis'> = {}): ModelOwner | undefined {
    const { hub, store } = this
    if (store.ended) return undefined
    const index = this.owners.length
    const owner = new ModelOwner({
      hub,
      store,
      index,
      ...options,
      restarted: (fence) => this.owners.some((one) => one.fence === fence && one.restart),
      ...(this.#sound && { predecessor: () => this.#opened(index) }),
    })
    this.owners.push(owner)
    return owner
  }

  /** Advances the time in small steps, and lets all due work run. */
  async pass(ms: number): Promise<void> {
    await settle()
    for (let left = ms; left > 0; left -= 50) {
      this.#advance(Math.min(left, 50))
      await settle()
    }
  }

  write(owner: ModelOwner | undefined, length: number): void {
    const words = owner?.write(length) ?? ''
    for (const page of this.pages) if (page.owner === owner) page.receive(words)
  }

  kill(owner: ModelOwner | undefined): void {
    owner?.kill()
    for (const page of this.pages) if (page.owner === owner) page.leave()
  }

  /** Rule (f) of the owner: after the text is final, no more text is delivered. */
  end(owner: ModelOwner | undefined): boolean {
    const ended = owner?.end() ?? false
    if (ended) this.kill(owner)
    return ended
  }

  async check(): Promise<void> {
    await settle()
    if (this.#errors.length > 0) throw this.#errors[0]
    for (const page of this.pages) page.check((fence) => this.#written(fence))
    this.pastStates.push(this.hub.saveState())
  }

  /** Ends all faults. Then the run must end, and all pages must show the stored text. */
  async finish(): Promise<void> {
    for (const owner of this.owners) owner.clearFates()
    this.hub.setAway(false)
    await this.pass(50)
    const last = await this.#lastOwner()
    if (last) {
      this.write(last, 1)
      await this.#flush(last)
    }
    for (const page of this.pages) if (!page.connected) page.resume()
    // All delayed requests arrive at the worst time. No page reads the row: the log alone must be enough.
    while (this.hub.late > 0) this.hub.deliverLate(this.hub.late - 1)
    for (const owner of this.owners) if (owner !== last) this.write(owner, 1)
    if (last) {
      // Some pages receive no note of the last text: the missing notes must make them read the log.
      for (const [index, page] of this.pages.entries()) page.deaf = index % 2 === 0
      this.write(last, 1)
      await this.#flush(last)
      await this.pass(6000)
      const zombies = this.owners.filter(({ stage }) => stage === 'writing')
      assert.deepEqual(zombies, [last], 'an owner did not notice that it was fenced')
      await this.check()
      for (const page of this.pages)
        assert.equal(page.shown.text, last.text, 'a page does not show the text of the log')
      assert.ok(this.end(last))
    }
    for (const owner of this.owners) owner.save()
    for (const page of this.pages) page.offer(this.store.source)
    await this.check()
    for (const page of this.pages) assert.equal(page.shown.text, this.store.source.text)
  }

  close(): void {
    for (const owner of this.owners) owner.kill()
    for (const page of this.pages) page.leave()
    this.hub.close()
  }

  async #lastOwner(): Promise<ModelOwner | undefined> {
    if (this.store.ended) return undefined
    const live = this.owners.find(({ fence, stage }) => fence === this.store.fence && stage !== 'gone')
    const last = live ?? this.claim()
    for (let tries = 0; tries < 4; tries++) await last?.proceed()
    assert.equal(last?.stage, 'writing')
    return last
  }

  async #flush(owner: ModelOwner): Promise<void> {
    const flushed = owner.flush()
    await this.pass(3000)
    await flushed
    assert.equal(owner.acknowledged, owner.text.length, 'the log does not have the flushed text')
  }

  /** The latest earlier owner that opened the log. Its acknowledged text must be in the log. */
  #opened(index: number): ModelOwner | undefined {
    return this.owners.slice(0, index).findLast(({ acknowledged }) => acknowledged !== undefined)
  }

  #written(fence: number): string {
    return this.owners.find((owner) => owner.fence === fence)?.text ?? ''
  }
}

/** Waits for answers and notes of the memory log, which take a few microtasks. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
