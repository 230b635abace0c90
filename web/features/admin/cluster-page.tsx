import type { ReactNode } from 'react'
import { useQuery } from '@tanstack/react-query'
import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { operationQuery } from '../../api/operation-query.ts'
import { Badge } from '../../ui/badge.tsx'
import { Notice } from '../../ui/notice.tsx'
import { Waiting } from '../../ui/waiting.tsx'
import { ErrorNotice } from '../errors/error-notice.tsx'
import { Page, Rows, Section } from '../pages/page.tsx'
import { useWhen } from '../use-when.ts'

/** Shows the instances, as seen by the one that answers this request, and the services that they share. */
export function ClusterPage(): ReactNode {
  const { t } = useLingui()
  const when = useWhen()
  const cluster = useQuery({ ...operationQuery('getCluster'), staleTime: 0, refetchInterval: 5000 })
  const { data, error, dataUpdatedAt } = cluster
  return (
    <Page
      isAdministration
      title={t`Instances`}
      intro={t`The servers that run this workspace. If one fails, the others take over.`}
    >
      {error && (
        <div className="flex flex-col gap-2">
          <ErrorNotice error={error} onRetry={() => void cluster.refetch()} />
          {data && (
            <p className="text-small text-muted">
              <Trans>Last updated {when(dataUpdatedAt)}.</Trans>
            </p>
          )}
        </div>
      )}
      {cluster.isPending && <Waiting label={t`Loading instances…`} />}
      {data && (
        <>
          <Section title={t`Shared services`}>
            <div className="flex flex-col gap-2">
              <Service
                name={data.store.kind === 'postgres' ? 'PostgreSQL' : t`Embedded database`}
                healthy={data.store.healthy}
                problem={data.store.problem}
              />
              <Warnings sentences={data.store.warnings} />
              {data.redis.configured ? (
                <>
                  <Service name="Redis" healthy={data.redis.healthy} problem={data.redis.problem} />
                  <Warnings sentences={data.redis.warnings} />
                </>
              ) : (
                <p className="text-muted">
                  <Trans>Redis is not configured. A single instance doesn’t need it.</Trans>
                </p>
              )}
            </div>
          </Section>
          <Section title={t`Instances`}>
            <Rows>
              {data.members.map((member) => (
                <li
                  key={member.incarnation}
                  className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3"
                >
                  <div className="min-w-0 flex-1 basis-48 [overflow-wrap:anywhere]">
                    <p className="flex flex-wrap items-center gap-2 font-medium">
                      {member.label}
                      {member.self && (
                        <Badge look="accent">
                          <Trans>serving this page</Trans>
                        </Badge>
                      )}
                      {member.state === 'draining' && (
                        <Badge look="warning">
                          <Trans>shutting down</Trans>
                        </Badge>
                      )}
                    </p>
                    <p className="text-small text-muted">
                      <Trans>version {member.version}</Trans>
                      {' · '}
                      <Trans>started {when(member.startedAt)}</Trans>
                    </p>
                  </div>
                  <p className="text-small text-muted tabular-nums">
                    <Plural value={member.runs} one="# answer in progress" other="# answers in progress" />
                    {' · '}
                    <Plural value={member.sockets} one="# open tab" other="# open tabs" />
                  </p>
                  {member.fallbacks > 0 && (
                    <p className="basis-full text-small text-warning">
                      <Plural
                        value={member.fallbacks}
                        one="# tab uses a fallback because WebSockets are blocked. If you run a proxy in front of Shoal, have it pass on the Upgrade and Connection headers."
                        other="# tabs use a fallback because WebSockets are blocked. If you run a proxy in front of Shoal, have it pass on the Upgrade and Connection headers."
                      />
                    </p>
                  )}
                </li>
              ))}
            </Rows>
          </Section>
        </>
      )}
    </Page>
  )
}

function Warnings({ sentences }: { sentences: string[] }): ReactNode {
  return sentences.map((sentence) => (
    <Notice key={sentence} look="warning">
      {sentence}
    </Notice>
  ))
}

function Service({
  name,
  healthy,
  problem,
}: {
  name: string
  healthy: boolean
  problem: string | undefined
}): ReactNode {
  return healthy ? (
    <p>
      {name}: <Trans>healthy</Trans>
    </p>
  ) : (
    <Notice>
      {name}: {problem ?? <Trans>not responding</Trans>}
    </Notice>
  )
}
