import { useQuery } from '@tanstack/react-query'
import type { ResponseOf } from '../../../protocol/http/index.ts'
import { operationQuery } from '../../api/operation-query.ts'
import { readRecentModels } from './recent-models.ts'

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

/** A list older than this is refreshed when a user opens it, ms. */
const freshMs = 30_000

/** Like `useModels`, for a list that opens: it is refreshed in the background if it is old. */
export function useFreshModels(): KnownModels & { retry: () => void } {
  const { data, isPending, error, refetch } = useQuery({
    ...operationQuery('listModels'),
    staleTime: freshMs,
  })
  return {
    models: data?.items ?? none,
    problems: data?.problems ?? none,
    loading: isPending,
    error,
    retry: () => void refetch(),
  }
}

/**
 * The model that answers in a chat: the first wish that is available (the model chosen in the chat, the chat’s last
 * model, the user’s default), else the model used last in this browser, else the first model.
 */
export function chooseModel(models: Models['items'], wishes: (string | null | undefined)[]): string | null {
  const wish = [...wishes, ...readRecentModels()].find((id) => models.some((model) => model.id === id))
  return wish ?? models[0]?.id ?? null
}
