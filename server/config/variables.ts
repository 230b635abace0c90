import { accountVariables } from './account-variables.ts'
import { operationVariables } from './operation-variables.ts'
import { redisVariables } from './redis-variables.ts'
import { serverVariables } from './server-variables.ts'
import { storeVariables } from './store-variables.ts'
import { upstreamVariables } from './upstream-variables.ts'

/** Every variable that Shoal supports, by its group in the documentation. */
export const variables = {
  server: serverVariables,
  store: storeVariables,
  redis: redisVariables,
  accounts: accountVariables,
  upstream: upstreamVariables,
  operation: operationVariables,
} as const

export type Variables = typeof variables

/** The parsed value of every variable; `assembleConfig` builds the Config from them. */
export type Values = {
  [Group in keyof Variables]: {
    [Key in keyof Variables[Group]]: Variables[Group][Key] extends { fallback: infer T } ? T : never
  }
}

export const groupTitles: Record<keyof Variables, string> = {
  server: 'Address and proxies',
  store: 'Data',
  redis: 'Redis',
  accounts: 'Accounts and sessions',
  upstream: 'Model providers',
  operation: 'Operation',
}
