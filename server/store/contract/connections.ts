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
}

/** Each write raises the feed `connections` in its transaction. */
export interface Connections {
  list(): Promise<ConnectionRow[]>
  /** `order` null: behind all others, as the store has them. */
  create(connection: Omit<ConnectionRow, 'order'> & { order: number | null }): Promise<ConnectionRow>
  update(id: string, change: Partial<Omit<ConnectionRow, 'id' | 'kind'>>): Promise<ConnectionRow | undefined>
  delete(id: string): Promise<boolean>
  /** What was learnt of a model's `continues`; kept per connection address and model, so that it outlives a restart. */
  learnt(baseUrl: string, model: string): Promise<string | undefined>
  learn(baseUrl: string, model: string, continues: string): Promise<void>
}
