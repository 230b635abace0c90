import { expect, test } from 'vitest'
import type { MessageView } from '../../../../protocol/http/chats.ts'
import { isUnfinished } from './unfinished.ts'

const answer = (change: Partial<MessageView>): MessageView => ({
  id: 'm',
  parentId: null,
  role: 'assistant',
  status: 'done',
  text: 'Some words',
  model: 'x',
  runId: null,
  createdAt: 0,
  ...change,
})

test('D27: an answer that failed after its first words can be continued, one without words only regenerated', () => {
  expect(isUnfinished(answer({ status: 'failed' }))).toBe(true)
  expect(isUnfinished(answer({ status: 'failed', text: ' ' }))).toBe(false)
})

test('an answer that was stopped, interrupted or cut by a limit can be continued, a complete one cannot', () => {
  expect(isUnfinished(answer({ status: 'stopped' }))).toBe(true)
  expect(isUnfinished(answer({ status: 'interrupted' }))).toBe(true)
  expect(isUnfinished(answer({ finishReason: 'length' }))).toBe(true)
  expect(isUnfinished(answer({ finishReason: 'stop' }))).toBe(false)
  expect(isUnfinished(answer({ status: 'running' }))).toBe(false)
})
