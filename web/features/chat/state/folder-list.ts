import { useQuery } from '@tanstack/react-query'
import { ApiError } from '../../../api/api-error.ts'
import { operationQuery } from '../../../api/operation-query.ts'

/**
 * The names of the user’s folders, in alphabetical order. `undefined` until they are known, and during an upgrade if an
 * older instance answers, which has no folders.
 */
export function useFolders(): { names: string[] | undefined; error: unknown; refetch: () => void } {
  const query = useQuery(operationQuery('listFolders'))
  const isOlder = query.error instanceof ApiError && query.error.status === 404
  return {
    names: query.data?.items.map(({ name }) => name).toSorted(new Intl.Collator().compare),
    error: isOlder ? null : query.error,
    refetch: () => void query.refetch(),
  }
}
