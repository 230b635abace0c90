import { expect, test } from 'vitest'
import type { ConnectionView } from '../../../protocol/http/connections.ts'
import { needsTest, passesTest } from './connection-test.ts'
import type { ConnectionValues } from './save-connection.ts'

const values: ConnectionValues = {
  kind: 'openai',
  name: 'Lab',
  baseUrl: 'http://gpu-box:8000/v1',
  key: '',
  prefix: '',
  continues: 'auto',
  openAiParamsOnly: false,
  models: '',
}
const opened: ConnectionView = {
  id: '1',
  kind: 'openai',
  name: 'Lab',
  baseUrl: 'http://gpu-box:8000/v1',
  hasKey: true,
  prefix: '',
  enabled: true,
  order: 0,
  continues: 'auto',
  modelIds: [],
  source: 'page',
}

test.each([
  ['a new connection', values, null, true],
  ['a new address', { ...values, baseUrl: 'http://other:8000/v1' }, opened, true],
  ['a new key', { ...values, key: 'sk-1' }, opened, true],
  ['the same address without its scheme', { ...values, baseUrl: 'gpu-box:8000/v1' }, opened, false],
  ['a new name', { ...values, name: 'Other' }, opened, false],
])('D11: %s is tested before it is saved, or not', (_, now, before, tested) => {
  expect(needsTest(now, before)).toBe(tested)
})

test('D11: a test passes if the connection offers a model', () => {
  const refused = { ok: false as const, code: 'upstream_key_refused', message: 'The key was refused.' }
  expect(passesTest(undefined, values)).toBe(false)
  expect(passesTest(refused, { models: 'a' })).toBe(false)
  expect(passesTest({ ok: true, models: [] }, values)).toBe(false)
  expect(passesTest({ ok: true, models: [] }, { models: 'a' })).toBe(true)
  expect(passesTest({ ok: true, models: ['a'] }, values)).toBe(true)
})
