import { beforeEach, expect, test, vi } from 'vitest'
import type { ClientFrame } from '../../protocol/frames.ts'
import type { RunFrame } from './followed-run.ts'
import { createFollowedRuns } from './followed-runs.ts'
import type { FollowedRuns } from './followed-runs.ts'

const seed = { runId: 'r', messageId: 'm', text: 'so far', fence: 3, phase: 'running' } as const
const follow = { t: 'follow', runId: 'r', position: { fence: 3, seq: 0, length: 6 } }

let sent: ClientFrame[]
let runs: FollowedRuns
const onChanged = vi.fn()
const onLost = vi.fn()

beforeEach(() => {
  sent = []
  vi.clearAllMocks()
  runs = createFollowedRuns({ send: (frame) => sent.push(frame) > 0, onChanged, onLost })
})

const words = (at: number, x: string, c = 1): RunFrame => ({ t: 'w', c, at, x })
const opened = (c = 1, runId = 'r'): RunFrame => ({
  t: 'run',
  c,
  runId,
  messageId: 'm',
  how: 'recovered',
  keep: 6,
  text: '',
  position: { fence: 3, seq: 1, length: 6 },
  phase: 'running',
})

test('a run is followed once for all callers, until the last one releases it', () => {
  const first = runs.follow(seed)
  const second = runs.follow(seed)
  expect(second.run).toBe(first.run)
  first.release()
  first.release()
  expect(sent).toEqual([follow])
  second.release()
  expect(sent).toEqual([follow, { t: 'unfollow', runId: 'r' }])
  expect(runs.follows()).toEqual([])
  expect(onChanged).toHaveBeenCalledTimes(2)
})

test('text goes to the run of its channel; channels are valid for one connection', () => {
  const { run } = runs.follow(seed)
  runs.receive(words(6, ' astray'))
  runs.receive(opened(1))
  runs.receive(words(6, ', so good'))
  expect(run.get().text).toBe('so far, so good')
  runs.connectionOpened()
  expect(sent.at(-1)).toEqual({ t: 'follow', runId: 'r', position: { fence: 3, seq: 1, length: 15 } })
  runs.receive(words(15, ' of the old link'))
  expect(run.get().text).toBe('so far, so good')
})

test('frames of a run that is not followed are ignored', () => {
  runs.receive(opened(1, 'other'))
  runs.receive(words(6, 'x'))
  expect([sent, onChanged.mock.calls, onLost.mock.calls]).toEqual([[], [], []])
})

test('after missing text, the run is followed again a few times; then the chat has to be read', () => {
  runs.follow(seed)
  runs.receive(opened())
  for (let i = 0; i < 4; i++) runs.receive(words(99, 'late'))
  expect(sent).toHaveLength(5)
  expect(onLost).not.toHaveBeenCalled()
  runs.receive(words(99, 'late'))
  expect(sent).toHaveLength(5)
  expect(onLost).toHaveBeenCalledOnce()
})

test('text that joins resets the count of follows', () => {
  const { run } = runs.follow(seed)
  runs.receive(opened())
  for (let i = 0; i < 10; i++) {
    runs.receive(words(99, 'late'))
    runs.receive(words(run.get().text.length, 'x'))
  }
  expect(onLost).not.toHaveBeenCalled()
})

test('an ended run is not followed on the next connection, and needs no unfollow', () => {
  const { release } = runs.follow(seed)
  runs.receive({ t: 'run.end', c: 1, runId: 'r', messageId: 'm', status: 'done', length: 6, fence: 3 })
  runs.connectionOpened()
  release()
  expect(sent).toEqual([follow])
  expect(runs.follows()).toEqual([])
})
