import { describe, expect, test, vi } from 'vitest'
import { AppError } from '../../protocol/index.ts'
import { createLogger } from '../base/index.ts'
import { CutOff } from './cut-off.ts'

function make() {
  const state = { age: 0, now: 0, unread: 0 }
  const hub = { sendElsewhere: vi.fn<() => void>() }
  const cutOff = new CutOff({
    membership: { sinceAcknowledged: () => state.age },
    hub,
    feeds: { unreadRevocationsMs: () => state.unread },
    clock: { now: () => 0, monotonic: () => state.now },
    logger: createLogger({ level: 'silent', format: 'json', instance: 'test' }),
  })
  return { cutOff, hub, state }
}

describe('rule 18: cut off from both', () => {
  test('a heartbeat that is late once sends nobody away', () => {
    const { cutOff, hub, state } = make()
    state.age = 3000
    cutOff.look()
    state.age = 100
    cutOff.look()
    state.age = 3000
    cutOff.look()
    expect(hub.sendElsewhere).not.toHaveBeenCalled()
    expect(() => cutOff.admitSocket()).not.toThrow()
  })

  test('late twice: sockets go, no new ones come, and requests are answered for a while', () => {
    const { cutOff, hub, state } = make()
    state.age = 3000
    cutOff.look()
    cutOff.look()
    expect(hub.sendElsewhere).toHaveBeenCalledTimes(1)
    expect(() => cutOff.admitSocket()).toThrow(AppError)
    expect(() => cutOff.admitRequest()).not.toThrow()
  })

  test('after 10 s without a heartbeat requests are refused with 503 and a hint, never with 401', () => {
    const { cutOff, state } = make()
    state.age = 2600
    cutOff.look()
    cutOff.look()
    state.now = 7500
    const refusal = expect.objectContaining({ status: 503, retryAfterMs: 1000 })
    expect(() => cutOff.admitRequest()).toThrow(refusal)
  })

  test('one heartbeat that is taken makes it serve again', () => {
    const { cutOff, state } = make()
    state.age = 20_000
    cutOff.look()
    cutOff.look()
    state.now = 60_000
    state.age = 50
    cutOff.look()
    expect(() => cutOff.admitRequest()).not.toThrow()
    expect(() => cutOff.admitSocket()).not.toThrow()
  })

  test('one that hears of revocations and cannot read them for 8 s is believed in no more', () => {
    const { cutOff, hub, state } = make()
    state.unread = 7000
    cutOff.look()
    expect(() => cutOff.admitRequest()).not.toThrow()
    state.unread = 8100
    cutOff.look()
    expect(hub.sendElsewhere).toHaveBeenCalledTimes(1)
    expect(() => cutOff.admitRequest()).toThrow(AppError)
    expect(() => cutOff.admitSocket()).toThrow(AppError)
    state.unread = 0
    expect(() => cutOff.admitRequest()).not.toThrow()
  })
})
