import { useQuery } from '@tanstack/react-query'
import { operationQuery } from '../api/operation-query.ts'

/** The name of this installation. */
export function useAppName(): string {
  return useQuery(operationQuery('getApp')).data?.name ?? 'Shoal'
}
