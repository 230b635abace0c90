import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startCrowd } from '../../chaos/support/crowd.ts'
import { startNginx } from '../../chaos/support/nginx-process.ts'
import type { NginxProcess } from '../../chaos/support/nginx-process.ts'
import { openSignUp, signUpUser } from '../../chaos/support/users.ts'
import { findProgram } from '../support/find-program.ts'
import { startPostgresServer } from '../support/postgres-server.ts'
import type { PostgresServer } from '../support/postgres-server.ts'
import { startStandalone } from '../support/redis-server.ts'
import type { TestRedis } from '../support/redis-server.ts'
import { startScriptedProvider } from '../support/scripted-provider.ts'
import type { ScriptedProvider } from '../support/scripted-provider.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import type { TemporaryFolder } from '../support/temporary-folder.ts'
import { RollingFleet } from './rolling-fleet.ts'
import { checkOutBase, copyWithSteps } from './source-tree.ts'
import type { SourceTree, TestStep } from './source-tree.ts'

const words = 80
const people = 16

const expand: TestStep = {
  name: 'upgrade test: one column more',
  kind: 'expand',
  statements: [
    `alter table SCHEMA.chat add column upgrade_note text not null default ''`,
    `create index chat_upgrade_note on SCHEMA.chat (upgrade_note)`,
  ],
}
const contract: TestStep = {
  name: 'upgrade test: one column less',
  kind: 'contract',
  statements: [`alter table SCHEMA.chat drop column upgrade_note`],
}

const able = process.env['SHOAL_TEST_ALL'] === '1' && findProgram('nginx') !== undefined

describe.skipIf(!able)(
  'version N and N+1 on one database and one Redis (about 4 minutes, with nginx)',
  () => {
    let folder: TemporaryFolder
    let postgres: PostgresServer
    let redis: TestRedis
    let provider: ScriptedProvider
    let nginx: NginxProcess
    let fleet: RollingFleet
    let base: SourceTree
    let expanded: SourceTree
    let contracted: SourceTree

    beforeAll(async () => {
      folder = await temporaryFolder('upgrade')
      ;[postgres, redis, provider, base, expanded, contracted] = await Promise.all([
        startPostgresServer(),
        startStandalone(),
        startScriptedProvider({ words: { words, wordsPerSecond: 16 } }),
        checkOutBase(folder.path),
        copyWithSteps(folder.path, 'expanded', [expand]),
        copyWithSteps(folder.path, 'contracted', [expand, contract]),
      ])
      fleet = new RollingFleet(folder.path, {
        ...openSignUp,
        // Users can sign up without a setup code only if there is an account already.
        WEBUI_ADMIN_EMAIL: 'admin@example.com',
        WEBUI_ADMIN_PASSWORD: 'a long password of the tests',
        DATABASE_URL: await postgres.createDatabase(),
        REDIS_URL: redis.variables.url,
        OPENAI_API_BASE_URL: provider.v1,
        OPENAI_API_CONFIGS: '{"0":{"continues":"trailing"}}',
        ENABLE_OLLAMA_API: 'false',
      })
      await fleet.start(base, 3)
      nginx = await startNginx(fleet.urls)
    }, 300_000)

    afterAll(async () => {
      await nginx?.stop()
      await fleet?.stop()
      await provider?.close()
      await redis?.stop()
      await postgres?.stop()
      await base?.remove()
      await folder?.remove()
    }, 60_000)

    test(
      'rolls forward and back under load without a failed request or a cut answer',
      { timeout: 560_000 },
      async () => {
        const crew = []
        for (let place = 0; place < people; place++)
          crew.push(await signUpUser(fleet.urls[0] ?? '', `person-${place}@example.com`))
        const crowd = startCrowd({ users: crew, url: nginx.url, words, thinkMs: 800 })
        try {
          await fleet.roll(expanded)
          await fleet.roll(base)
          await fleet.roll(expanded)
          await fleet.roll(contracted)
        } finally {
          await crowd.end()
        }
        expect(crowd.log.failures).toEqual([])
        expect(crowd.log.answers).toBeGreaterThan(people * 3)
      },
    )

    test('code that is too old for the contracted schema refuses to start, and says which side is too old', async () => {
      await expect(fleet.tryOne(base)).rejects.toThrow(/this version is too old for the database/)
    })
  },
)
