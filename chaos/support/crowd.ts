import { setTimeout as delay } from 'node:timers/promises'
import type { ChatView, RunStarted } from '../../protocol/index.ts'
import { Reader } from '../../test/support/reader.ts'
import { readScriptedWords } from '../../test/support/scripted-words.ts'
import type { ApiClient } from '../../test/support/api-client.ts'

/** The clients' own log of the replies that they received. */
export interface CrowdLog {
  requests: number
  answers: number
  /** One sentence for each failed request, each cut answer and each reader whose text differs from the store. */
  failures: string[]
}

export interface Crowd {
  readonly log: CrowdLog
  /** Waits until all users have finished what they are doing, and stops them. */
  end(): Promise<void>
}

interface CrowdOptions {
  users: ApiClient[]
  /** The address that all users use: a load balancer. */
  url: string
  words: number
  /** The pause of a user between two actions, ms. */
  thinkMs: number
}

/**
 * Starts users who chat through one address: each repeatedly starts an answer, reads it over a socket and lists chats.
 */
export function startCrowd({ users, url, words, thinkMs }: CrowdOptions): Crowd {
  const log: CrowdLog = { requests: 0, answers: 0, failures: [] }
  const state = { ending: false }

  async function call<T>(
    user: ApiClient,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<T | undefined> {
    log.requests++
    try {
      return await user.call<T>(method, path, body, url)
    } catch (error) {
      log.failures.push(`${new Date().toISOString().slice(14, 23)} ${String(error).slice(0, 200)}`)
      return undefined
    }
  }

  async function runUser(user: ApiClient): Promise<void> {
    await delay(Math.random() * thinkMs)
    while (!state.ending) {
      const request = { clientId: crypto.randomUUID(), model: 'words', text: 'question' }
      const started = await call<RunStarted>(user, 'POST', '/api/runs', request)
      if (started) await read(user, started)
      await call(user, 'GET', '/api/chats?limit=20')
      await call(user, 'GET', '/api/auth/me')
      await delay(thinkMs * (0.5 + Math.random()))
    }
  }

  async function read(user: ApiClient, started: RunStarted): Promise<void> {
    const reader = new Reader({ urls: () => [url], token: user.token, runId: started.runId })
    try {
      await reader.finished(60_000)
    } catch (error) {
      log.failures.push(String(error))
      return
    } finally {
      reader.close()
    }
    log.answers++
    const chat = await call<ChatView>(user, 'GET', `/api/chats/${started.chatId}`)
    const stored = chat?.messages.find(({ id }) => id === started.messageId)
    if (!stored) return
    const { problem } = readScriptedWords(stored.text, words)
    if (stored.status !== 'done') log.failures.push(`an answer is stored as ${stored.status}`)
    if (problem !== undefined) log.failures.push(`an answer was cut: ${problem}`)
    if (reader.text !== stored.text) log.failures.push('the text of a reader differs from the store')
  }

  const lives = users.map((user) => runUser(user))
  return {
    log,
    async end() {
      state.ending = true
      await Promise.all(lives)
    },
  }
}
