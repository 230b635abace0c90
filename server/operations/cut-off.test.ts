import { describe, expect, test, vi } from 'vitest'
import { AppError } from '../../protocol/index.ts'
import { createLogger } from '../base/index.ts'
import { CutOff } from './cut-off.ts'

function make() {
  const state = { age: 0, now: 0, unread: 0 }
  const hub = { disconnectAll: vi.fn<() => void>() }
  const cutOff = new CutOff({
    membership: { sinceAcknowledged: () => state.age },
    hub,
    feeds: { unreadRevocationsMs: () => state.unread },
    clock: { now: () => 0, monotonic: () => state.now },
    logger: createLogger({ level: 'silent', format: 'json', instance: 'test' }),
  })
  return { cutOff, hub, state }
}

describe('rule 18: an instance cut off from Redis and the store', () => {
  test('keeps its sockets after a single late heartbeat', () => {
    const { cutOff, hub, state } = make()
    state.age = 3000
    cutOff.check()
    state.age = 100
    cutOff.check()
    state.age = 3000
    cutOff.check()
    expect(hub.disconnectAll).not.toHaveBeenCalled()
    expect(() => cutOff.admitSocket()).not.toThrow()
  })

  test('closes and rejects sockets after two late heartbeats, and still serves requests for a while', () => {
    const { cutOff, hub, state } = make()
    state.age = 3000
    cutOff.check()
    cutOff.check()
    expect(hub.disconnectAll).toHaveBeenCalledTimes(1)
    expect(() => cutOff.admitSocket()).toThrow(AppError)
    expect(() => cutOff.admitRequest()).not.toThrow()
  })

  test('rejects requests after 10 s without a heartbeat, with 503 and a retry time, never with 401', () => {
    const { cutOff, state } = make()
    state.age = 2600
    cutOff.check()
    cutOff.check()
    state.now = 7500
    const refusal = expect.objectContaining({ status: 503, retryAfterMs: 1000 })
    expect(() => cutOff.admitRequest()).toThrow(refusal)
  })

  test('serves again after one accepted heartbeat', () => {
    const { cutOff, state } = make()
    state.age = 20_000
    cutOff.check()
    cutOff.check()
    state.now = 60_000
    state.age = 50
    cutOff.check()
    expect(() => cutOff.admitRequest()).not.toThrow()
    expect(() => cutOff.admitSocket()).not.toThrow()
  })

  test('rejects requests and sockets while it has known of revocations for 8 s and cannot read them', () => {
    const { cutOff, hub, state } = make()
    state.unread = 7000
    cutOff.check()
    expect(() => cutOff.admitRequest()).not.toThrow()
    state.unread = 8100
    cutOff.check()
    expect(hub.disconnectAll).toHaveBeenCalledTimes(1)
    expect(() => cutOff.admitRequest()).toThrow(AppError)
    expect(() => cutOff.admitSocket()).toThrow(AppError)
    state.unread = 0
    expect(() => cutOff.admitRequest()).not.toThrow()
  })
})
