import type { ReactNode } from 'react'
import { Trans } from '@lingui/react/macro'
import type { ApiKeyView } from '../../../protocol/http/api-keys.ts'
import { Row, Rows } from '../pages/page.tsx'
import { useWhen } from '../use-when.ts'

/** Lists API keys with their last use and the actions for each key. */
export function ApiKeyRows({
  keys,
  renderAction,
}: {
  keys: readonly ApiKeyView[]
  renderAction: (key: ApiKeyView) => ReactNode
}): ReactNode {
  const when = useWhen()
  return (
    <Rows>
      {keys.map((key) => (
        <Row
          key={key.id}
          title={<bdi>{key.name}</bdi>}
          facts={
            <>
              <span className="font-mono">{key.hint}</span>
              {' · '}
              {key.lastUsedAt === null ? (
                <Trans>never used</Trans>
              ) : (
                <Trans>last used {when(key.lastUsedAt)}</Trans>
              )}
              {key.suspended && (
                <>
                  {' · '}
                  <Trans>suspended after a data restore, until an administrator confirms it</Trans>
                </>
              )}
            </>
          }
        >
          {renderAction(key)}
        </Row>
      ))}
    </Rows>
  )
}
