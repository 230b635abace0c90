import { beforeEach, describe, expect, test } from 'vitest'
import { closeCodes } from '../../protocol/close-codes.ts'
import { manualTime } from '../../test/support/manual-time.ts'
import type { ManualTime } from '../../test/support/manual-time.ts'
import { createListeners } from '../base/listeners.ts'
import { createInterruptions } from './interruptions.ts'
import type { Interruptions } from './interruptions.ts'
import type { SocketStatus } from './socket-options.ts'

const open: SocketStatus = { state: 'open', transport: 'socket' }
const waiting: SocketStatus = { state: 'waiting', closedBy: undefined }

let time: ManualTime
let it: Interruptions
let seen: (string | null)[]
let hurried: (boolean | undefined)[]
let becomes: (status: SocketStatus) => void
let goes: (network: 'online' | 'offline') => void

beforeEach(() => {
  time = manualTime()
  seen = []
  hurried = []
  let status: SocketStatus = { state: 'connecting' }
  let online = true
  const statusChanged = createListeners()
  const networkChanged = createListeners()
  it = createInterruptions({
    status: () => status,
    onStatus: statusChanged.add,
    retryNow(doubted) {
      hurried.push(doubted)
      if (status.state === 'open') becomes({ ...open, silent: true })
    },
    isOnline: () => online,
    onNetwork: networkChanged.add,
    sleep: time.sleep,
  })
  it.subscribe(() => seen.push(it.get()))
  becomes = (next) => {
    status = next
    statusChanged.notify()
  }
  goes = (network) => {
    online = network === 'online'
    networkChanged.notify()
  }
})

describe('D7: an interruption', () => {
  test('of less than a second is never shown', async () => {
    becomes(open)
    becomes(waiting)
    await time.advance(999)
    becomes(open)
    await time.advance(60_000)
    expect(seen).toEqual([])
  })

  test('is shown after a second, and its end for three more', async () => {
    becomes(open)
    becomes(waiting)
    await time.advance(1000)
    expect(it.get()).toBe('reconnecting')
    await time.advance(20_000)
    becomes(open)
    expect(it.get()).toBe('restored')
    await time.advance(2999)
    expect(it.get()).toBe('restored')
    await time.advance(1)
    expect(seen).toEqual(['reconnecting', 'restored', null])
  })

  test('by a lost network is shown within a second', async () => {
    becomes(open)
    goes('offline')
    await time.advance(700)
    expect(it.get()).toBe('offline')
  })

  test('that changes its cause stays on the screen, and no attempt to connect makes it flicker', async () => {
    becomes(open)
    goes('offline')
    await time.advance(1000)
    becomes(waiting)
    goes('online')
    for (let attempt = 0; attempt < 5; attempt++) {
      becomes(waiting)
      await time.advance(3000)
    }
    becomes(open)
    becomes({ ...open, silent: true })
    becomes(open)
    await time.advance(3000)
    expect(seen).toEqual(['offline', 'reconnecting', 'restored', 'silent', 'restored', null])
  })

  test('ends only when the server has answered on a connection that was open while the page was offline', async () => {
    becomes(open)
    goes('offline')
    await time.advance(1000)
    goes('online')
    expect(hurried).toEqual([true])
    expect(it.get()).toBe('silent')
    becomes(open)
    expect(seen).toEqual(['offline', 'silent', 'restored'])
  })

  test('by a silent server is shown at once, because its silence has lasted', () => {
    becomes(open)
    becomes({ ...open, silent: true })
    expect(it.get()).toBe('silent')
  })
})

test('D7: the first connection is reported after three seconds, and its success is not', async () => {
  await time.advance(2999)
  expect(it.get()).toBeNull()
  await time.advance(1)
  expect(it.get()).toBe('connecting')
  becomes(open)
  expect(seen).toEqual(['connecting', null])
})

test('D7: a refusal of the server is shown instead of the network, and signing out shows nothing', async () => {
  goes('offline')
  becomes({ state: 'waiting', closedBy: closeCodes.tooMany.code })
  await time.advance(0)
  expect(it.get()).toBe('too-many-tabs')
  becomes({ state: 'ended', closedBy: closeCodes.wrongVersion.code })
  expect(it.get()).toBe('new-version')
  becomes({ state: 'ended', closedBy: closeCodes.unauthenticated.code })
  expect(it.get()).toBeNull()
})
