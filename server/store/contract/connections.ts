export interface ConnectionRow {
  id: string
  kind: 'openai' | 'ollama'
  name: string
  baseUrl: string
  /** In the clear here; encrypted in the store by a key derived from WEBUI_SECRET_KEY. */
  key: string | null
  prefix: string
  enabled: boolean
  order: number
  continues: 'auto' | 'trailing' | 'prefix' | 'vllm' | 'none'
  /** The provider's names of the models that are offered; empty: all that it lists. */
  modelIds: readonly string[]
  /** Its requests carry no parameters but those that OpenAI documents. */
  openAiParamsOnly?: boolean
}

export type ConnectionChange = Partial<Omit<ConnectionRow, 'id' | 'kind'>>

/** Whether a key that was stored for one address may be sent to another. */
export type KeepsKey = (storedFor: string, address: string) => boolean

export interface UpdatedConnection {
  connection: ConnectionRow
  /** It had a key, and does not have it any more, though the change named none. */
  keyRemoved: boolean
}

/** Each write raises the feed `connections` in its transaction. */
export interface Connections {
  list(): Promise<ConnectionRow[]>
  /** `order` null: behind all others, as the store has them. */
  create(connection: Omit<ConnectionRow, 'order'> & { order: number | null }): Promise<ConnectionRow>
  /**
   * A change of the address without a key keeps the stored one only where `keepsKey` allows it for the address as it is
   * stored at that moment.
   */
  update(id: string, change: ConnectionChange, keepsKey: KeepsKey): Promise<UpdatedConnection | undefined>
  delete(id: string): Promise<boolean>
  /** What was learnt of a model's `continues`; kept per connection address and model, so that it outlives a restart. */
  learnt(baseUrl: string, model: string): Promise<string | undefined>
  learn(baseUrl: string, model: string, continues: string): Promise<void>
}
