import { setTimeout as delay } from 'node:timers/promises'
import type { ChatView, RunStarted, RunStartRequest, UserView } from '../../protocol/index.ts'
import type { SettingsValues, SettingsView } from '../../protocol/http/settings.ts'

/** A client of the API with a bearer token. Each call may name another instance. */
export class ApiClient {
  url: string
  token = ''
  /** Required for the first sign-up through a proxy. */
  setupCode = ''
  /** Sent with every request. */
  headers: Record<string, string> = {}

  constructor(url: string) {
    this.url = url
  }

  async call<T>(method: string, path: string, body?: unknown, url = this.url): Promise<T> {
    const response = await fetch(url + path, {
      method,
      headers: {
        ...this.headers,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(15_000),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return JSON.parse(text) as T
  }

  async signUp(email = 'admin@example.com', password = 'correct horse'): Promise<UserView> {
    const { token, user } = await this.call<{ token: string; user: UserView }>('POST', '/api/auth/sign-up', {
      name: email.split('@')[0],
      email,
      password,
      ...(this.setupCode && { setupCode: this.setupCode }),
    })
    this.token = token
    return user
  }

  async signIn(email = 'admin@example.com', password = 'correct horse'): Promise<void> {
    const { token } = await this.call<{ token: string }>('POST', '/api/auth/sign-in', { email, password })
    this.token = token
  }

  /** Changes settings; requires an administrator. Resolves when all instances have applied them. */
  async changeSettings(values: Partial<SettingsValues>): Promise<void> {
    const { revision: basedOn } = await this.call<SettingsView>('GET', '/api/settings')
    let { applied } = await this.call<SettingsView>('PUT', '/api/settings', { basedOn, values, unset: [] })
    for (let polls = 0; applied.on < applied.of; polls++) {
      if (polls === 100)
        throw new Error(`the settings are applied on ${applied.on} of ${applied.of} instances`)
      await delay(100)
      applied = (await this.call<SettingsView>('GET', '/api/settings')).applied
    }
  }

  startRun(
    run: Omit<RunStartRequest, 'clientId'> & { clientId?: string },
    url?: string,
  ): Promise<RunStarted> {
    return this.call('POST', '/api/runs', { clientId: crypto.randomUUID(), ...run }, url)
  }

  chat(id: string, url?: string): Promise<ChatView> {
    return this.call('GET', `/api/chats/${id}`, undefined, url)
  }
}
