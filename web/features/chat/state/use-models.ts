import { useQuery } from '@tanstack/react-query'
import type { ResponseOf } from '../../../../protocol/http/index.ts'
import { operationQuery } from '../../../api/operation-query.ts'
import { readStored } from '../../storage/safe-storage.ts'

type Models = ResponseOf<'listModels'>

export interface KnownModels {
  models: Models['items']
  problems: Models['problems']
  loading: boolean
  error: Error | null
}

const none: never[] = []

export function useModels(): KnownModels {
  const { data, isPending, error } = useQuery(operationQuery('listModels'))
  return { models: data?.items ?? none, problems: data?.problems ?? none, loading: isPending, error }
}

/**
 * The model that answers in a chat: the first wish that is available (the model chosen in the chat, the chat’s last
 * model, the user’s default), else the last model used in this browser, else the first model.
 */
export function chooseModel(models: Models['items'], wishes: (string | null | undefined)[]): string | null {
  const wish = [...wishes, readStored('last-model')].find((id) => models.some((model) => model.id === id))
  return wish ?? models[0]?.id ?? null
}
