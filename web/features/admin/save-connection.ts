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
  const { kind, prefix, continues, openAiParamsOnly } = values
  const baseUrl = completeAddress(values.baseUrl)
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

/**
 * Adds the missing scheme to an address, as users know it from the address bar: `http://` for this machine and the local
 * network, where model servers rarely have a certificate, and `https://` for everything else.
 */
export function completeAddress(typed: string): string {
  const address = typed.trim()
  if (address === '' || /^[a-z][a-z\d+.-]*:\/\//i.test(address)) return address
  const [host = ''] = /^(\[[^\]]*\]|[^:/?#]*)/.exec(address) ?? []
  return `${isLocalHost(host) ? 'http' : 'https'}://${address}`
}

function isLocalHost(host: string): boolean {
  return /^(localhost|\[.*\]|[\d.]+|[^.]+|.*\.(local|lan|internal|localhost|home\.arpa))$/i.test(host)
}

export function hostOf(address: string): string {
  const complete = completeAddress(address)
  return URL.canParse(complete) ? new URL(complete).host : ''
}

/** The scheme, host and port that the key is sent to. Null while the typed address is incomplete. */
export function originOf(address: string): string | null {
  const complete = completeAddress(address)
  return URL.canParse(complete) ? new URL(complete).origin : null
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
