import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { settingsValues } from '../../protocol/http/settings.ts'
import { defaultLimits } from './default-limits.ts'

test('S22: every limit per user on answers and pages has a default, and docs/operations lists it', async () => {
  expect(settingsValues.partial().parse(defaultLimits)).toEqual(defaultLimits)
  const page = await readFile(new URL('../../docs/operations/README.md', import.meta.url), 'utf8')
  const { runsPerMinute, runningPerUser, socketsPerUser } = defaultLimits
  const rows = { 'answers per minute': runsPerMinute, 'concurrent answers': runningPerUser }
  for (const [name, value] of Object.entries({ ...rows, 'open tabs': socketsPerUser }))
    expect(page).toMatch(new RegExp(`\\| ${name} +\\| ${value} +\\|`))
})
