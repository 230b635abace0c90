export interface ConnectionRow {
  id: string
  kind: 'openai' | 'ollama'
  name: string
  baseUrl: string
  /** Plain text here; stored encrypted with a key derived from WEBUI_SECRET_KEY. */
  key: string | null
  prefix: string
  enabled: boolean
  order: number
  continues: 'auto' | 'trailing' | 'prefix' | 'vllm' | 'none'
  /** The provider's ids of the models to offer; empty: all models that the provider lists. */
  modelIds: readonly string[]
  /** Requests to this connection contain only parameters that OpenAI documents. */
  openAiParamsOnly?: boolean
}

export type ConnectionChange = Partial<Omit<ConnectionRow, 'id' | 'kind'>>

/** Whether a key that was stored for one address may be sent to another. */
export type KeepsKey = (storedFor: string, address: string) => boolean

export interface UpdatedConnection {
  connection: ConnectionRow
  /** The stored key was removed although the change did not ask for it. */
  keyRemoved: boolean
}

/** Each write increments the revision of the feed `connections` in its transaction. */
export interface Connections {
  list(): Promise<ConnectionRow[]>
  /** `order` null: after all stored connections. */
  create(connection: Omit<ConnectionRow, 'order'> & { order: number | null }): Promise<ConnectionRow>
  /**
   * A change of the address without a new key keeps the stored key only if `keepsKey` allows it for the address that is
   * stored at that moment.
   */
  update(id: string, change: ConnectionChange, keepsKey: KeepsKey): Promise<UpdatedConnection | undefined>
  delete(id: string): Promise<boolean>
  /** Changes nothing but the revision, so that all instances load the lists of models again. */
  incrementRevision(): Promise<void>
  /** The learnt `continues` of a model, stored per connection address and model so that it survives a restart. */
  learnt(baseUrl: string, model: string): Promise<string | undefined>
  learn(baseUrl: string, model: string, continues: string): Promise<void>
  /** Whether a provider at this address has ever listed models. */
  hasWorked(baseUrl: string): Promise<boolean>
  recordWorked(baseUrl: string): Promise<void>
}
