import { setTimeout as delay } from 'node:timers/promises'
import { ApiClient } from '../../test/support/api-client.ts'
import { startInstance } from '../../test/support/instance-process.ts'
import { Reader } from '../../test/support/reader.ts'
import { readScriptedWords } from '../../test/support/scripted-words.ts'
import { mountSmallDisk } from '../../test/support/small-disk.ts'
import type { Scenario } from '../scenario.ts'
import { until } from '../support/fleet.ts'
import { startProviderProcess } from '../support/provider-process.ts'

const words = 260

export const diskFull: Scenario = {
  name: 'disk-full',
  promise: 'P12',
  bound:
    'the disk of an embedded store is full for 6 s during an answer: its reader does not pause > 1 s, requests are refused with storage_full, all text is saved once there is space',
  short: false,
  unmetRequirement() {
    const disk = mountSmallDisk()
    disk?.unmount()
    return disk ? undefined : 'needs root, to mount a small disk'
  },
  async run() {
    const disk = mountSmallDisk()
    if (!disk) throw new Error('no disk')
    const provider = await startProviderProcess({ words: { words, wordsPerSecond: 20 } })
    const instance = await startInstance({
      label: 'embedded',
      env: {
        DATA_DIR: disk.path,
        OPENAI_API_BASE_URL: provider.v1,
        ENABLE_OLLAMA_API: 'false',
      },
    })
    const broken: string[] = []
    try {
      const api = new ApiClient(instance.url)
      await api.signUp()
      const answer = await api.startRun({ model: 'words', text: 'question' })
      const reader = new Reader({ urls: () => [instance.url], token: api.token, runId: answer.runId })
      await delay(2500)
      disk.fill()
      let worst = 0
      let codes = ''
      const end = performance.now() + 6000
      while (performance.now() < end) {
        worst = Math.max(worst, performance.now() - reader.history.grewAt)
        await delay(25)
        if (codes === '' && end - performance.now() < 3000) {
          codes = await api.startRun({ model: 'words', text: 'another '.repeat(4000) }).then(
            () => 'accepted',
            (error: unknown) => String(error),
          )
        }
      }
      if (worst > 1000) broken.push(`the reader saw nothing for ${(worst / 1000).toFixed(1)} s`)
      if (!codes.includes('storage_full')) broken.push(`a request during the fault: ${codes.slice(0, 200)}`)
      disk.free()
      await reader.finished(30_000).catch((error: unknown) => broken.push(String(error)))
      const stored = async () => {
        const { messages } = await api.chat(answer.chatId)
        return messages.find(({ id }) => id === answer.messageId)
      }
      await until(async () => (await stored())?.status === 'done', 10_000)
      const message = await stored()
      const read = readScriptedWords(message?.text ?? '', words)
      if (read.problem !== undefined) broken.push(read.problem)
      if (message?.text !== reader.text) broken.push('the text of the reader differs from the store')
      reader.close()
      return { measured: `longest pause ${(worst / 1000).toFixed(1)} s; ${read.words} words saved`, broken }
    } finally {
      instance.kill('SIGKILL')
      await instance.exited()
      await provider.stop()
      disk.unmount()
    }
  },
}
