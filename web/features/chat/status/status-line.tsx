import { useEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { Trans, useLingui } from '@lingui/react/macro'
import { classNames } from '../../../ui/class-names.ts'
import { Icon } from '../../../ui/icon.tsx'
import type { RunLink } from '../../../live/followed-run.ts'
import { useInterruption } from '../state/live-context.tsx'
import { useShownRun } from '../state/shown-runs.ts'
import { hasJustMoved, statusOf } from './status-of.ts'
import type { Status } from './status-of.ts'

/** How long “Moved to another server” is shown, ms. */
const movedMs = 4000
/** The line fades out for this long, ms: `--motion-glide`. */
const fadeMs = 180

/**
 * Says in one line that the connection is interrupted, or that an answer moves to another server, and how that ended.
 * It lies over the end of the thread, whose padding it covers, so that nothing moves when it appears.
 */
export function StatusLine({
  runId = null,
  isAnswering = false,
  floating = false,
}: {
  /** The run of the last answer. */
  runId?: string | null
  /** Whether that answer is being written. */
  isAnswering?: boolean
  /** At the bottom of a page without a composer, instead of above the composer. */
  floating?: boolean
}): ReactNode {
  const { link, isRegenerated } = useShownRun(runId)
  const hasMoved = useHasMoved(runId, link)
  const status = statusOf(useInterruption(), link, hasMoved)
  const { shown, isLeaving } = useFading(status)
  const text = useStatusText(shown, {
    answering: isAnswering,
    regenerated: isRegenerated,
    besideComposer: !floating,
  })
  return (
    <div
      className={classNames(
        'pointer-events-none inset-x-0 z-10 flex justify-center px-3 text-center',
        floating ? 'fixed bottom-[max(1rem,env(safe-area-inset-bottom))]' : 'absolute bottom-full pb-1.5',
      )}
    >
      <output>
        {shown !== null && (
          <span
            data-connection={shown}
            className={classNames(
              'rise flex items-center gap-2 rounded-[0.875rem] border border-border bg-raised px-3 py-1 text-small text-balance text-muted shadow-raised transition-opacity duration-(--motion-glide)',
              isLeaving && 'opacity-0',
            )}
          >
            <StatusMark status={shown} />
            <span>{text}</span>
            {shown === 'new-version' && (
              <button
                type="button"
                className="pointer-events-auto min-h-7 rounded-small px-1 font-semibold text-accent touch:min-h-11"
                onClick={() => location.reload()}
              >
                <Trans>Reload</Trans>
              </button>
            )}
          </span>
        )}
      </output>
    </div>
  )
}

/** A hollow ring while something is awaited, like the dot of an answer that waits, and a check mark afterwards. */
function StatusMark({ status }: { status: Status }): ReactNode {
  if (status === 'restored' || status === 'moved') {
    return (
      <span className="text-success">
        <Icon name="check" size={14} />
      </span>
    )
  }
  return (
    <span
      aria-hidden="true"
      className={classNames(
        'size-2 shrink-0 rounded-full border-[1.5px]',
        status === 'moving' || status === 'delayed' || status === 'connecting'
          ? 'border-accent'
          : 'border-warning',
      )}
    />
  )
}

function useStatusText(
  status: Status | null,
  is: { answering: boolean; regenerated: boolean; besideComposer: boolean },
): string {
  const { t } = useLingui()
  switch (status) {
    case null:
      return ''
    case 'connecting':
      return t`Connecting…`
    case 'offline':
      return is.answering
        ? t`You’re offline. Your answer continues on the server.`
        : is.besideComposer
          ? t`You’re offline. Your draft is saved.`
          : t`You’re offline`
    case 'reconnecting':
      return is.answering ? t`Reconnecting… Your answer continues on the server.` : t`Reconnecting…`
    case 'silent':
      return is.answering ? t`Waiting for the server… Your answer is not lost.` : t`Waiting for the server…`
    case 'too-many-tabs':
      return t`You have too many tabs open. Close one to continue here.`
    case 'new-version':
      return t`A new version is available. Reload this page.`
    case 'restored':
      return is.answering ? t`Connected again. Nothing was lost.` : t`Connected again`
    case 'moving':
      return t`Moving to another server…`
    case 'moved':
      return is.regenerated ? t`Moved to another server` : t`Moved to another server. Nothing was lost.`
    case 'delayed':
      return t`Live updates are delayed`
  }
}

/** Whether the run has moved to another server in the last four seconds. */
function useHasMoved(runId: string | null, link: RunLink | null): boolean {
  const [movedRun, setMovedRun] = useState<string | null>(null)
  const before = useRef({ runId, link })
  useEffect(() => {
    const last = before.current
    before.current = { runId, link }
    if (runId !== null && last.runId === runId && hasJustMoved(last.link, link)) setMovedRun(runId)
  }, [runId, link])
  useEffect(() => {
    if (movedRun === null) return
    const timer = setTimeout(() => setMovedRun(null), movedMs)
    return () => clearTimeout(timer)
  }, [movedRun])
  return movedRun !== null && movedRun === runId
}

/** Keeps the last status for the time in which the line fades out. */
function useFading(status: Status | null): { shown: Status | null; isLeaving: boolean } {
  const [kept, setKept] = useState(status)
  if (status !== null && kept !== status) setKept(status)
  const isLeaving = status === null && kept !== null
  useEffect(() => {
    if (!isLeaving) return
    const timer = setTimeout(() => setKept(null), fadeMs)
    return () => clearTimeout(timer)
  }, [isLeaving])
  return { shown: status ?? kept, isLeaving }
}
