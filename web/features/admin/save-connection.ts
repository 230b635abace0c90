import type { ConnectionView } from '../../../protocol/http/connections.ts'
import { call } from '../../api/call.ts'

/** The values of the connection form. */
export interface ConnectionValues {
  kind: 'openai' | 'ollama'
  name: string
  baseUrl: string
  key: string
  prefix: string
  continues: ConnectionView['continues']
  openAiParamsOnly: boolean
  /** One model name per line, exactly as typed. */
  models: string
}

/**
 * Creates a connection, or updates an existing one. An update sends only the fields that were changed in this form, so
 * that it does not overwrite changes that another administrator made meanwhile.
 */
export function saveConnection(
  values: ConnectionValues,
  opened: ConnectionView | null,
): Promise<ConnectionView> {
  const { kind, baseUrl, prefix, continues, openAiParamsOnly } = values
  const name = values.name.trim() === '' ? hostOf(baseUrl) : values.name
  const key = values.key === '' ? {} : { key: values.key }
  const modelIds = linesOf(values.models)
  if (!opened) {
    const body = { kind, name, baseUrl, ...key, prefix, continues, modelIds, openAiParamsOnly }
    return call('createConnection', { body })
  }
  const sameModels = modelIds.join('\n') === opened.modelIds.join('\n')
  const body = {
    ...changedFields(
      { name, baseUrl, prefix, continues, openAiParamsOnly },
      { ...opened, openAiParamsOnly: opened.openAiParamsOnly ?? false },
    ),
    ...(sameModels ? {} : { modelIds }),
    ...key,
  }
  return call('updateConnection', { params: { id: opened.id }, body })
}

export function hostOf(address: string): string {
  return URL.canParse(address) ? new URL(address).host : ''
}

/** The scheme, host and port that the key is sent to. Null while the typed address is incomplete. */
export function originOf(address: string): string | null {
  return URL.canParse(address) ? new URL(address).origin : null
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

function changedFields<T extends object, Before extends T>(now: T, before: Before): Partial<T> {
  const names = Object.keys(now) as (keyof T)[]
  return Object.fromEntries(
    names.filter((name) => now[name] !== before[name]).map((name) => [name, now[name]]),
  ) as Partial<T>
}
