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
 * The model a chat is answered by: the one chosen there, else the person's default, else the last one used, else the
 * first. A model that is not there any more is passed over.
 */
export function chooseModel(models: Models['items'], wishes: (string | null | undefined)[]): string | null {
  const wish = [...wishes, readStored('last-model')].find((id) => models.some((model) => model.id === id))
  return wish ?? models[0]?.id ?? null
}
