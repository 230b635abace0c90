import { afterAll, beforeAll, expect, test } from 'vitest'
import { startInProcess } from '../support/in-process-fleet.ts'
import type { InProcessFleet } from '../support/in-process-fleet.ts'
import { startScriptedProvider } from '../support/scripted-provider.ts'
import type { ScriptedProvider } from '../support/scripted-provider.ts'

const titleWords = ['“Tides ', 'in ', 'brief”\n']
let provider: ScriptedProvider
let fleet: InProcessFleet

beforeAll(async () => {
  provider = await startScriptedProvider({
    chatty: { words: [...titleWords, ...Array.from({ length: 1500 }, () => 'more ')], wordsPerSecond: 500 },
    thinks: { reasoning: Array.from({ length: 60 }, () => 'Hm. '), words: titleWords },
    refuses: { refuse: { status: 401, body: { error: { message: 'no' } } } },
  })
  fleet = await startInProcess({
    env: {
      OPENAI_API_BASE_URL: provider.v1,
      OPENAI_API_KEY: 'sk-of-the-tests',
      ENABLE_TITLE_GENERATION: 'true',
    },
  })
})
afterAll(async () => {
  await fleet.stop()
  await provider.close()
})

const titleOf = async (chatId: string): Promise<string> => (await fleet.api.chat(chatId)).title

test('without a model for titles, the model that wrote the answer writes the title, and is stopped after the first line', async () => {
  const { chatId } = await fleet.api.startRun({ model: 'chatty', text: 'Why are there two tides a day?' })
  await expect.poll(() => titleOf(chatId), { timeout: 20_000 }).toBe('Tides in brief')
  const calls = provider.calls.filter(({ model }) => model === 'chatty')
  expect(calls[0]).toMatchObject({ state: 'ended' })
  const title = calls.at(-1)
  await expect.poll(() => title?.state).toBe('closed-by-client')
  expect(title?.words).toBeLessThan(1200)
})

test('a model may think first, and its reasoning is not part of the title', async () => {
  const { chatId } = await fleet.api.startRun({ model: 'thinks', text: 'Think of tides' })
  await expect.poll(() => titleOf(chatId), { timeout: 20_000 }).toBe('Tides in brief')
})

test('if the model for titles refuses, the first words stay the title', async () => {
  const { revision: basedOn } = await fleet.api.call<{ revision: string }>('GET', '/api/settings')
  await fleet.api.call('PUT', '/api/settings', { basedOn, values: { taskModel: 'refuses' }, unset: [] })
  const { chatId } = await fleet.api.startRun({ model: 'thinks', text: 'Words that stay' })
  const countCalls = (): number => provider.calls.filter(({ model }) => model === 'refuses').length
  await expect.poll(countCalls, { timeout: 20_000 }).toBeGreaterThanOrEqual(1)
  expect(await titleOf(chatId)).toBe('Words that stay')
})
