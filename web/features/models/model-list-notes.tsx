import { useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import { Plural, Trans } from '@lingui/react/macro'
import { ErrorNotice } from '../errors/error-notice.tsx'
import { sentenceFor } from '../errors/error-text.ts'
import type { KnownModels } from './use-models.ts'

/** Screen readers first read the key that was pressed, so the count is announced after this, ms. */
const announceAfterMs = 600

/** What stands below the list of models: how many are not shown, why there are none, and which providers failed. */
export function ModelListNotes({
  known,
  count,
  hidden,
  searched,
}: {
  known: KnownModels & { retry: () => void }
  count: number
  hidden: number
  searched: boolean
}): ReactNode {
  const { models, problems, loading, error } = known
  return (
    <div className="flex max-h-40 shrink-0 flex-col overflow-y-auto text-small max-md:pb-[max(0.5rem,env(safe-area-inset-bottom))]">
      {hidden > 0 && (
        <p className="border-t border-border px-3.5 py-2 text-muted">
          <Plural
            value={hidden}
            one="# more. Type part of its name to see it."
            other="# more. Type part of a name to see them."
          />
        </p>
      )}
      {count === 0 && !error && (
        <p className="px-3.5 py-3 text-ui text-muted">
          {loading ? (
            <Trans>Loading models…</Trans>
          ) : searched && models.length > 0 ? (
            <Trans>No models match your search.</Trans>
          ) : (
            <Trans>No model is connected.</Trans>
          )}
        </p>
      )}
      {error && models.length === 0 && (
        <div className="p-2">
          <ErrorNotice error={error} onRetry={known.retry} />
        </div>
      )}
      {problems.map((problem) => (
        <p
          key={problem.connectionName}
          className="border-t border-border px-3.5 py-2 text-warning [overflow-wrap:anywhere]"
        >
          {problem.connectionName}: {sentenceFor(problem.code ?? '') ?? problem.message}
        </p>
      ))}
      <AnnouncedCount count={count} />
    </div>
  )
}

/** Announces how many models match, once the user pauses. */
function AnnouncedCount({ count }: { count: number }): ReactNode {
  const [announced, setAnnounced] = useState<number | undefined>()
  useEffect(() => {
    const timer = setTimeout(setAnnounced, announceAfterMs, count)
    return () => clearTimeout(timer)
  }, [count])
  return (
    <output className="sr-only">
      {announced !== undefined && <Plural value={announced} _0="No models" one="# model" other="# models" />}
    </output>
  )
}
