import { useQuery } from '@tanstack/react-query'
import { operationQuery } from '../api/operation-query.ts'

/** What this installation is called. */
export function useAppName(): string {
  return useQuery(operationQuery('getApp')).data?.name ?? 'Shoal'
}
