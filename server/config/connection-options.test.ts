import { describe, expect, test } from 'vitest'
import { readConfig } from './read-config.ts'
import type { ConfigReading } from './read-config.ts'

const base = { OPENAI_API_BASE_URLS: 'http://a/v1;http://b/v1', OPENAI_API_KEYS: 'one;two' }

function read(configs: object | string, env: Record<string, string> = base): ConfigReading & { ok: true } {
  const text = typeof configs === 'string' ? configs : JSON.stringify(configs)
  const reading = readConfig({ ...env, OPENAI_API_CONFIGS: text })
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems))
  return reading
}
const connectionsOf = (...given: Parameters<typeof read>) => read(...given).config.upstream.connections

describe('B4: each option of a connection in OPENAI_API_CONFIGS takes effect or is reported', () => {
  test('model_ids', () => {
    const [a, b] = connectionsOf({ '0': { model_ids: ['x', 'y', 'x'] }, '1': { model_ids: [] } })
    expect(a?.modelIds).toEqual(['x', 'y'])
    expect(b?.modelIds).toEqual([])
  })

  test('OLLAMA_API_CONFIGS: model_ids and key', () => {
    const env = {
      OLLAMA_BASE_URL: 'http://o:11434',
      OLLAMA_API_CONFIGS: '{"0":{"model_ids":["m"],"key":"k"}}',
    }
    const reading = readConfig(env)
    expect(reading.ok && reading.config.upstream.connections).toMatchObject([{ modelIds: ['m'], key: 'k' }])
  })

  test('an entry may be keyed by address; an entry by position wins', () => {
    const byAddress = { 'http://b/v1/': { name: 'B' }, 'http://a/v1': { name: 'wrong' }, '0': { name: 'A' } }
    expect(connectionsOf(byAddress).map(({ name }) => name)).toEqual(['A', 'B'])
  })

  test('auth_type none sends no key', () => {
    expect(connectionsOf({ '0': { auth_type: 'none' } }).map(({ key }) => key)).toEqual([null, 'two'])
  })

  test('null and empty fields, as Open WebUI saves them, count as not set', () => {
    const empty = {
      enable: true,
      prefix_id: '',
      model_ids: [],
      tags: [],
      headers: {},
      name: null,
      prefix: null,
      continues: null,
      auth_type: null,
      azure: false,
      api_version: '',
    }
    const { warnings, config } = read({ '0': empty })
    expect(warnings).toEqual([])
    expect(config.upstream.connections[0]).toMatchObject({ enabled: true, prefix: '', name: 'a', key: 'one' })
  })

  test.each<[object, RegExp]>([
    [{ tags: [{ name: 'x' }], connection_type: 'local' }, /"0": tags, connection_type have no effect here/],
    [{ headers: { 'x-team': 'a' } }, /"0": headers has no effect here/],
    [
      { azure: true, api_version: '2025-01-01' },
      /write the API version into the address, as \?api-version=2025-01-01/,
    ],
    [{ auth_type: 'system_oauth' }, /auth_type "system_oauth" is not supported/],
  ])('%j is reported', (options, warning) => {
    expect(read({ '0': options }).warnings.join('\n')).toMatch(warning)
  })

  test('an entry that matches no address is reported', () => {
    expect(read({ '7': {}, 'http://c': {} }).warnings).toEqual([
      expect.stringMatching(/entry "7".*2 addresses/),
      expect.stringMatching(/entry "http:\/\/c".*2 addresses/),
    ])
  })

  test.each([
    ['{"0":{"model_ids":"x"}}', /^0\.model_ids/],
    ['{"0":{"model_ids":[""]}}', /^0\.model_ids\.0/],
    ['{"first":{}}', /"first" is neither a position/],
  ])('%s is refused', (text, problem) => {
    const reading = readConfig({ ...base, OPENAI_API_CONFIGS: text })
    expect(reading.ok ? '' : reading.problems[0]?.problem).toMatch(problem)
  })

  test('secrets in the options are not shown', () => {
    const { effective } = read({ '0': { key: 'sk-1', headers: { authorization: 'x' }, name: 'A' } })
    const shown = effective.find(({ name }) => name === 'OPENAI_API_CONFIGS')?.shown
    expect(shown).toBe('{"0":{"key":"***","headers":"***","name":"A"}}')
  })
})

test('S21: openai_params_only is an option of a connection', () => {
  const reading = readConfig({
    OPENAI_API_BASE_URL: 'https://provider.example/v1',
    OPENAI_API_CONFIGS: '{"0": {"openai_params_only": true}}',
  })
  expect(reading.ok && reading.config.upstream.connections).toMatchObject([{ openAiParamsOnly: true }])
})
