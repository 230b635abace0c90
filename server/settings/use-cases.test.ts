import { expect, test, vi } from 'vitest'
import type { ConnectionConfig } from '../upstream/contracts.ts'
import { ProviderConnections } from './provider-connections.ts'
import type { Settings } from './settings.ts'
import { createSettingsUseCases } from './use-cases.ts'

const saved: ConnectionConfig = {
  id: 'one',
  kind: 'openai',
  name: 'One',
  baseUrl: 'https://one.example/v1',
  key: 'sk-one',
  prefix: '',
  enabled: true,
  order: 0,
  continues: 'auto',
  modelIds: [],
  source: 'environment',
}

type Verify = ReturnType<typeof createSettingsUseCases>['verifyConnection']

/** Tests a connection, and returns how often the models of all instances were reloaded. */
async function reloadsAfter(body: Parameters<Verify>[1]['body'], ok = true): Promise<number> {
  const incrementRevision = vi.fn<() => Promise<void>>().mockResolvedValue()
  const announceAndApply = vi.fn<() => Promise<void>>().mockResolvedValue()
  const connections = new ProviderConnections({
    // Nothing else is stored: the connections come from environment variables.
    store: { incrementRevision } as unknown as ConstructorParameters<typeof ProviderConnections>[0]['store'],
    environment: [saved, { ...saved, id: 'off', enabled: false }],
    announceAndApply,
    changed: () => undefined,
  })
  const useCases = createSettingsUseCases({
    settings: {} as Settings,
    connections,
    checkConnection: () =>
      Promise.resolve(ok ? { ok, models: ['new'] } : { ok, code: 'upstream_unreachable', message: 'No.' }),
    connectionStates: () => Promise.resolve(new Map()),
    discoverOllama: () => Promise.reject(new Error('not asked')),
  })
  const [caller, context] = [{}, { signal: new AbortController().signal }] as unknown as [
    Parameters<Verify>[0],
    Parameters<Verify>[2],
  ]
  await useCases.verifyConnection(caller, { body }, context)
  // Instances read again only what has another revision.
  expect(incrementRevision).toHaveBeenCalledTimes(announceAndApply.mock.calls.length)
  return announceAndApply.mock.calls.length
}

const { kind, baseUrl } = { kind: 'openai', baseUrl: saved.baseUrl } as const

test('D25: a successful test of a connection reloads the models on all instances and pages', async () => {
  expect(await reloadsAfter({ id: 'one', kind, baseUrl: `${baseUrl}/` })).toBe(1)
})

test.each([
  ['a failed test', { id: 'one', kind, baseUrl }, false],
  ['a test of another address', { id: 'one', kind, baseUrl: 'https://two.example/v1' }, true],
  ['a test of a connection that is not saved', { kind, baseUrl }, true],
  ['a test of a connection that is off', { id: 'off', kind, baseUrl }, true],
] as const)('D25: %s reloads nothing', async (_, body, ok) => {
  expect(await reloadsAfter(body, ok)).toBe(0)
})
