import { expect, test } from 'vitest'
import { ApiClient } from '../support/api-client.ts'
import { startInstance } from '../support/instance-process.ts'
import { Reader } from '../support/reader.ts'
import { readScriptedWords, startScriptedProvider } from '../support/scripted-provider.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

test('P1: a single instance that is killed with -9 during an answer resumes the same message after a restart', async () => {
  await using folder = await temporaryFolder('embedded-restart')
  const provider = await startScriptedProvider({ words: { words: 200, wordsPerSecond: 25 } })
  const env = {
    DATA_DIR: folder.path,
    OPENAI_API_BASE_URL: provider.v1,
    OPENAI_API_CONFIGS: '{"0":{"continues":"trailing"}}',
    ENABLE_OLLAMA_API: 'false',
  }
  const first = await startInstance({ label: 'alone', env })
  const api = new ApiClient(first.url)
  await api.signUp()
  const run = await api.startRun({ model: 'words', text: 'go on' })
  const reader = new Reader({ urls: () => [first.url], token: api.token, runId: run.runId })
  // Saved at least once, so that there is a text to resume.
  await expect
    .poll(async () => (await api.call<{ items: { saved: number }[] }>('GET', '/api/runs')).items[0]?.saved)
    .toBeGreaterThan(50)
  first.kill('SIGKILL')
  await first.exited()
  const second = await startInstance({ label: 'alone', env, port: first.port })
  await reader.finished(60_000)
  const stored = (await api.chat(run.chatId)).messages.at(-1)!
  expect(stored).toMatchObject({ id: run.messageId, status: 'done' })
  expect(reader.text).toBe(stored.text)
  const read = readScriptedWords(stored.text, 200)
  expect(read.problem).toBeUndefined()
  expect(read.calls).toHaveLength(2)
  // The answer was resumed, not regenerated.
  expect(reader.history.resets).toBe(0)
  await second.stop()
  await provider.close()
})
