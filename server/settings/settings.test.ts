import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import type { TemporaryFolder } from '../../test/support/temporary-folder.ts'
import type { SettingsValues } from '../../protocol/http/settings.ts'
import { silentLogger, systemClock } from '../base/index.ts'
import { openStore } from '../store/index.ts'
import type { Store } from '../store/index.ts'
import { Settings } from './settings.ts'

const environment: SettingsValues = {
  name: 'Shoal',
  signUp: false,
  defaultRole: 'pending',
  titles: true,
  taskModel: null,
  takeoverPolicy: 'restart',
  runsPerMinute: null,
  tokensPerMinute: null,
  socketsPerUser: null,
  runningPerUser: null,
  runningPerInstance: null,
  runningPerConnection: null,
}
const admin = { id: 'u', name: 'admin' }

let folder: TemporaryFolder
let store: Store
beforeEach(async () => {
  folder = await temporaryFolder('settings')
  const secret = 'a secret of the tests'
  store = await openStore({ dataDir: folder.path, secret, clock: systemClock, logger: silentLogger })
})
afterEach(async () => {
  await store.close()
  await folder.remove()
})

/** The settings of one instance. It sees changes of other instances only after `read`. */
async function instance(): Promise<Settings> {
  const settings: Settings = new Settings({
    store: store.settings,
    environment,
    variables: {},
    persistent: true,
    announceAndApply: () => settings.read(),
    applied: () => ({ on: 1, of: 1 }),
    clock: systemClock,
    logger: silentLogger,
  })
  await settings.read()
  return settings
}

describe('settings', () => {
  test('A2: an instance that has not applied an earlier change does not revert it with its own change', async () => {
    const [first, second] = [await instance(), await instance()]
    const { revision } = await first.change(admin, {
      basedOn: first.revision,
      values: { signUp: true, runsPerMinute: 7 },
      unset: [],
    })
    const view = await second.change(admin, { basedOn: revision, values: { name: 'Ours' }, unset: [] })
    expect(view.values).toMatchObject({ name: 'Ours', signUp: true, runsPerMinute: 7 })
    await first.read()
    expect(first.current).toMatchObject({ name: 'Ours', signUp: true, runsPerMinute: 7 })
  })

  test('A2: neither does it bring back a saved value that the earlier change removed', async () => {
    const [first, second] = [await instance(), await instance()]
    await first.change(admin, { basedOn: first.revision, values: { name: 'Saved' }, unset: [] })
    await second.read()
    const { revision } = await first.change(admin, { basedOn: first.revision, values: {}, unset: ['name'] })
    await second.change(admin, { basedOn: revision, values: { titles: false }, unset: [] })
    expect(second.current).toMatchObject({ name: 'Shoal', titles: false })
  })

  test('A2: of two changes of one setting the second is rejected, and the error names who changed what', async () => {
    const [first, second] = [await instance(), await instance()]
    const basedOn = first.revision
    await first.change({ id: 'a', name: 'Ada' }, { basedOn, values: { name: 'First' }, unset: [] })
    const late = second.change(admin, { basedOn, values: { name: 'Second' }, unset: [] })
    await expect(late).rejects.toMatchObject({
      code: 'stale_revision',
      message: expect.stringMatching(/^Ada changed the settings on .*\(name\)/),
      change: { by: 'Ada', at: expect.any(Number) },
    })
    expect(second.current.name).toBe('First')
  })

  test('A2: the merged settings are validated as a whole', async () => {
    const [first, second] = [await instance(), await instance()]
    second.addVeto(({ signUp, defaultRole }) =>
      signUp && defaultRole === 'admin'
        ? { field: 'defaultRole', message: 'not while all may sign up' }
        : undefined,
    )
    const { revision } = await first.change(admin, {
      basedOn: first.revision,
      values: { signUp: true },
      unset: [],
    })
    const change = second.change(admin, { basedOn: revision, values: { defaultRole: 'admin' }, unset: [] })
    await expect(change).rejects.toMatchObject({ code: 'bad_request', field: 'defaultRole' })
    expect((await store.settings.read()).revision).toBe(revision)
  })

  test('A2: a setting that a newer version saved is kept', async () => {
    const [first, second] = [await instance(), await instance()]
    await store.settings.write({
      set: [{ name: 'fromTomorrow', value: '1' }],
      unset: [],
      basedOn: first.revision,
      by: 'tomorrow',
      at: 0,
    })
    await second.change(admin, { basedOn: second.revision, values: { name: 'Ours' }, unset: [] })
    expect((await store.settings.read()).values.map(({ name }) => name)).toEqual(['fromTomorrow', 'name'])
  })

  test('a reset removes all saved settings and returns their number', async () => {
    const settings = await instance()
    await settings.change(admin, {
      basedOn: settings.revision,
      values: { name: 'Ours', signUp: true },
      unset: [],
    })
    expect(await settings.reset()).toBe(2)
    expect(settings.current).toEqual(environment)
    expect(await settings.reset()).toBe(0)
  })
})
