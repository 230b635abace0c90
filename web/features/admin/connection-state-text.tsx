import type { ReactNode } from 'react'
import { Plural, Trans } from '@lingui/react/macro'
import type { ConnectionView } from '../../../protocol/http/connections.ts'
import { toLocalTime } from '../../api/server-clock.ts'
import { Icon } from '../../ui/icon.tsx'
import { FailureText } from '../errors/failure-text.tsx'
import { useWhen } from '../use-when.ts'

type State = NonNullable<ConnectionView['state']>

/** Whether the provider’s first list of models is still being requested. */
export function isBeingChecked({ models, problem }: State): boolean {
  return models === null && problem === null
}

/** What the server knows of a connection: its number of models, or why they are missing, and when it last asked. */
export function ConnectionStateText({ state }: { state: State }): ReactNode {
  const when = useWhen()
  const { models, problem, checkedAt } = state
  const checked = checkedAt !== null && <Trans>checked {when(toLocalTime(checkedAt))}</Trans>
  if (isBeingChecked(state)) {
    return (
      <p className="text-small text-muted">
        <Trans>Checking…</Trans>
      </p>
    )
  }
  if (problem) {
    return (
      <div className="flex gap-1.5 text-small text-danger">
        <span className="pt-0.5">
          <Icon name="alert" size={16} />
        </span>
        <div className="min-w-0">
          <FailureText failure={problem} />
          <p className="text-muted">
            {models !== null && models > 0 && (
              <>
                <Plural value={models} one="# model known from before" other="# models known from before" />
                {' · '}
              </>
            )}
            {checked}
          </p>
        </div>
      </div>
    )
  }
  return (
    <p className={models === 0 ? 'text-small text-warning' : 'text-small text-success'}>
      {models === 0 ? (
        <Trans>No models</Trans>
      ) : (
        <Plural value={models ?? 0} one="# model" other="# models" />
      )}
      {checked && (
        <span className="text-muted">
          {' · '}
          {checked}
        </span>
      )}
    </p>
  )
}
