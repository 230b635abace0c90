import { afterEach, expect, test, vi } from 'vitest'
import { silentLogger, systemClock } from '../base/index.ts'
import { SessionMirror } from './session-mirror.ts'
import type { MirroredSession } from './session-mirror.ts'

const hour = 3_600_000

/** A target in memory that can be unreachable. */
class Place {
  readonly shown = new Map<string, { text: string; expiresMs: number }>()
  readonly calls: string[] = []
  away = false

  async show(id: string, text: string, expiresMs: number): Promise<void> {
    this.calls.push(`show ${id}`)
    if (this.away) throw new Error('away')
    this.shown.set(id, { text, expiresMs })
  }

  async remove(id: string): Promise<void> {
    this.calls.push(`remove ${id}`)
    if (this.away) throw new Error('away')
    this.shown.delete(id)
  }
}

const mirrors: SessionMirror[] = []
afterEach(() => {
  for (const mirror of mirrors.splice(0)) mirror.stop()
})

function open(place: Place): SessionMirror {
  const mirror = new SessionMirror({
    target: place,
    clock: systemClock,
    logger: silentLogger,
    pauses: { initialMs: 5, maxMs: 20 },
  })
  mirrors.push(mirror)
  return mirror
}

function session(id: string, about: Partial<MirroredSession> = {}): MirroredSession {
  const now = Date.now()
  return { id, userId: 'ann', device: 'Firefox on Linux', lastUsedAt: now, expiresAt: now + hour, ...about }
}

test('a session is written with its device, last use and expiry, and removed when it ends', async () => {
  const place = new Place()
  const mirror = open(place)
  const seen = session('a')
  mirror.reportUse(seen)
  // The request that used the session does not wait for the write.
  expect(place.calls).toEqual([])
  await mirror.whenSettled()
  const { id: _, ...rest } = seen
  expect(JSON.parse(place.shown.get('a')!.text)).toEqual(rest)
  expect(place.shown.get('a')!.expiresMs).toBeGreaterThan(hour - 60_000)
  expect(place.shown.get('a')!.expiresMs).toBeLessThanOrEqual(hour)
  mirror.reportEnd(['a', 'unknown'])
  await mirror.whenSettled()
  expect([...place.shown.keys()]).toEqual([])
})

test('the copy of an endless session has an expiry too, and an expired session is not written', async () => {
  const place = new Place()
  const mirror = open(place)
  mirror.reportUse(session('for ever', { expiresAt: null }))
  mirror.reportUse(session('over', { expiresAt: Date.now() - 1 }))
  await mirror.whenSettled()
  expect([...place.shown]).toEqual([['for ever', expect.objectContaining({ expiresMs: 400 * 24 * hour })]])
})

test('a use that is reported after the end does not restore the session', async () => {
  const place = new Place()
  const mirror = open(place)
  mirror.reportUse(session('a'))
  mirror.reportEnd(['a'])
  mirror.reportUse(session('a'))
  await mirror.whenSettled()
  expect(place.shown.size).toBe(0)
  expect(place.calls).toEqual(['remove a'])
})

test('while the target is unreachable, uses are dropped, and ends are written when it is back', async () => {
  const place = new Place()
  const mirror = open(place)
  place.shown.set('ended', { text: '', expiresMs: 1 })
  place.away = true
  mirror.reportEnd(['ended'])
  mirror.reportUse(session('used'))
  await vi.waitFor(() => expect(place.calls.length).toBeGreaterThan(2))
  expect(place.calls).not.toContain('show used')
  place.away = false
  await mirror.whenSettled()
  expect(place.shown.size).toBe(0)
  mirror.reportUse(session('used'))
  await mirror.whenSettled()
  expect([...place.shown.keys()]).toEqual(['used'])
})

test('after stop nothing is written', async () => {
  const place = new Place()
  const mirror = open(place)
  mirror.reportUse(session('a'))
  mirror.stop()
  mirror.reportUse(session('b'))
  await mirror.whenSettled()
  expect(place.calls).toEqual([])
})
