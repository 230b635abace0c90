import { AppError } from '../../protocol/index.ts'
import type { ConnectionView } from '../../protocol/http/connections.ts'
import { newId, trimAddress } from '../base/index.ts'
import type { Connections as StoredConnections } from '../store/contract/connections.ts'
import type { ConnectionConfig, ConnectionState } from '../upstream/contracts.ts'

/** The connection to the built-in demo model. Its name makes clear that it is not a real provider. */
const demo: ConnectionConfig = {
  id: 'demo',
  kind: 'demo',
  name: 'Demo (built in)',
  baseUrl: '',
  key: null,
  prefix: '',
  enabled: true,
  order: Number.MAX_SAFE_INTEGER,
  continues: 'trailing',
  modelIds: [],
  source: 'built-in',
}

export interface ProviderConnectionsOptions {
  store: StoredConnections
  /** Connections from environment variables. They are read-only on the page and come first in the order. */
  environment: readonly ConnectionConfig[]
  /** Called after a write: notifies all instances to reread, and resolves once this instance has done so. */
  announceAndApply: () => Promise<void>
  /** Called when the list has been replaced. */
  changed: () => void
}

export interface ConnectionFields {
  kind: 'openai' | 'ollama'
  name: string
  baseUrl: string
  key?: string | undefined
  prefix: string
  enabled: boolean
  continues: ConnectionConfig['continues']
  modelIds: string[]
  openAiParamsOnly?: boolean | undefined
}

export type ConnectionChange = {
  [K in 'name' | 'baseUrl' | 'key' | 'prefix' | 'enabled' | 'continues' | 'modelIds' | 'openAiParamsOnly']?:
    | ConnectionFields[K]
    | undefined
} & { order?: number | undefined }

/** The connections to model providers, as a frozen list. Every instance has a copy. Views of it contain no API keys. */
export class ProviderConnections {
  readonly #options: ProviderConnectionsOptions
  #list: readonly ConnectionConfig[]

  constructor(options: ProviderConnectionsOptions) {
    this.#options = options
    this.#list = withDemo(options.environment, false)
  }

  /**
   * All connections in order, enabled or not. The demo model is included until a connection that was made on the page has
   * worked, and while no other connection is enabled.
   */
  get list(): readonly ConnectionConfig[] {
    return this.#list
  }

  /** Called on the feed `connections`: rereads the stored connections and replaces the list. */
  async read(): Promise<void> {
    const stored = await this.#options.store.list()
    const page = stored.map((row): ConnectionConfig => ({ ...row, source: 'page' }))
    const enabled = page.filter((connection) => connection.enabled)
    const worked = await Promise.all(
      enabled.map(
        async ({ baseUrl, modelIds }) => modelIds.length > 0 || this.#options.store.hasWorked(baseUrl),
      ),
    )
    this.#list = withDemo(
      [...this.#options.environment, ...page.toSorted((a, b) => a.order - b.order)],
      worked.includes(true),
    )
    this.#options.changed()
  }

  /** `states`: what is known of the connections, by id. */
  present(states = new Map<string, ConnectionState>()): { items: ConnectionView[] } {
    const items = this.#list.map((connection) => {
      const state = connection.kind === 'demo' ? undefined : states.get(connection.id)
      return { ...presentConnection(connection), ...(state && { state: presentState(state) }) }
    })
    return { items }
  }

  /**
   * Called when a provider has listed models. The first time, that is stored, so that the demo model is not offered
   * again while the provider is down.
   */
  async recordWorked({ kind, source, baseUrl }: ConnectionConfig): Promise<void> {
    if (kind === 'demo' || source !== 'page' || !this.#list.includes(demo)) return
    await this.#options.store.recordWorked(baseUrl)
    await this.#options.announceAndApply()
  }

  async create(fields: ConnectionFields): Promise<ConnectionView> {
    const { key, openAiParamsOnly, ...rest } = fields
    const row = await this.#options.store.create({
      ...rest,
      id: newId(),
      ...(openAiParamsOnly ? { openAiParamsOnly } : {}),
      key: key || null,
      order: null,
      baseUrl: trimAddress(fields.baseUrl),
      modelIds: [...new Set(fields.modelIds)],
    })
    await this.#options.announceAndApply()
    return presentConnection({ ...row, source: 'page' })
  }

  /**
   * Changes a connection. If the new address is on another server and no new key is given, the stored key is removed,
   * because it was entered for the old server only.
   */
  async update(id: string, change: ConnectionChange): Promise<ConnectionView & { keyRemoved: boolean }> {
    this.#refuseReadOnly(id)
    const { name, baseUrl, key, prefix, enabled, continues, modelIds, openAiParamsOnly, order } = change
    const fields = {
      ...(name === undefined ? {} : { name }),
      ...(baseUrl === undefined ? {} : { baseUrl: trimAddress(baseUrl) }),
      ...(key === undefined ? {} : { key: key || null }),
      ...(prefix === undefined ? {} : { prefix }),
      ...(enabled === undefined ? {} : { enabled }),
      ...(continues === undefined ? {} : { continues }),
      ...(modelIds === undefined ? {} : { modelIds: [...new Set(modelIds)] }),
      ...(openAiParamsOnly === undefined ? {} : { openAiParamsOnly }),
      ...(order === undefined ? {} : { order }),
    }
    const updated = await this.#options.store.update(id, fields, sameOrigin)
    if (!updated) throw new AppError('not_found')
    await this.#options.announceAndApply()
    const { connection, keyRemoved } = updated
    return { ...presentConnection({ ...connection, source: 'page' }), keyRemoved }
  }

  async delete(id: string): Promise<{ ok: true }> {
    this.#refuseReadOnly(id)
    if (!(await this.#options.store.delete(id))) throw new AppError('not_found')
    await this.#options.announceAndApply()
    return { ok: true }
  }

  /** Has all instances reload the models of all providers, and notifies every open page. */
  async reloadModels(): Promise<void> {
    await this.#options.store.incrementRevision()
    await this.#options.announceAndApply()
  }

  /** Whether `id` is an enabled connection with this address, so that a test of the address also tests the connection. */
  isInUse({ id, baseUrl }: { id?: string | undefined; baseUrl: string }): boolean {
    const known = this.#list.find((connection) => connection.id === id)
    return known !== undefined && known.enabled && trimAddress(known.baseUrl) === trimAddress(baseUrl)
  }

  /**
   * A connection to test these fields with. With `id`, it uses that connection's stored key if the address is the same.
   */
  draft({
    kind,
    baseUrl,
    key,
    id,
  }: {
    kind: 'openai' | 'ollama'
    baseUrl: string
    key?: string | undefined
    id?: string | undefined
  }): ConnectionConfig {
    const stored = this.#list.find((connection) => connection.id === id)
    const sameAddress = stored && trimAddress(stored.baseUrl) === trimAddress(baseUrl)
    return {
      ...demo,
      id: 'draft',
      kind,
      name: stored?.name ?? baseUrl,
      baseUrl: trimAddress(baseUrl),
      // A stored key is never sent to a newly entered address.
      key: key || (sameAddress ? stored.key : null),
      source: sameAddress ? stored.source : 'page',
    }
  }

  #refuseReadOnly(id: string): void {
    const known = this.#list.find((connection) => connection.id === id)
    if (!known || known.source === 'page') return
    throw new AppError('forbidden', {
      message: 'This connection is built in or set by an environment variable. Change the variable instead.',
    })
  }
}

/** `worked`: a connection that was made on the page has worked. Connections of the operator need no such proof. */
function withDemo(connections: readonly ConnectionConfig[], worked: boolean): readonly ConnectionConfig[] {
  const some = worked || connections.some(({ enabled, source }) => enabled && source === 'environment')
  return Object.freeze(some ? connections : [...connections, demo])
}

function presentState({ models, checkedAt, problem }: ConnectionState): ConnectionView['state'] {
  return { models: models ?? null, checkedAt: checkedAt ?? null, problem: problem ?? null }
}

function presentConnection({ key, ...connection }: ConnectionConfig): ConnectionView {
  const { id, kind, name, baseUrl, prefix, enabled, order, continues, modelIds, source } = connection
  return {
    id,
    kind,
    name,
    baseUrl,
    hasKey: key !== null,
    prefix,
    enabled,
    order: Math.min(order, 1_000_000),
    continues,
    modelIds: [...modelIds],
    openAiParamsOnly: connection.openAiParamsOnly ?? false,
    source,
  }
}

/** Whether both addresses have the same scheme, host and port, and so the same recipient of an API key. */
function sameOrigin(some: string, other: string): boolean {
  const [one, two] = [some, other].map((address) => (URL.canParse(address) ? new URL(address).origin : null))
  return one !== null && one === two
}
