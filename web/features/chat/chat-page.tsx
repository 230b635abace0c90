import { useCallback, useEffect, useRef, useState, useLayoutEffect } from 'react'
import type { ReactNode } from 'react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useLingui } from '@lingui/react/macro'
import type { UserView } from '../../../protocol/http/users.ts'
import { operationQuery } from '../../api/operation-query.ts'
import { useLazyIf } from '../../ui/lazy.ts'
import { belowToasts } from '../../ui/toasts.tsx'
import { onFirstInput } from '../../ui/on-first-input.ts'
import { Waiting } from '../../ui/waiting.tsx'
import { ErrorNotice } from '../errors/error-notice.tsx'
import { Announcer, useTabTitle } from './announcer.tsx'
import { Composer } from './composer/composer.tsx'
import type { ComposerHandle } from './composer/composer.tsx'
import { chatKey as keyOf } from './state/chat-query.ts'
import { readDraft, writeDraft } from './state/drafts.ts'
import { Greeting, Suggestions } from './empty-state.tsx'
import { useChatActions } from './state/live-context.tsx'
import type { Outgoing } from './state/outgoing.ts'
import { threadNameOf } from './state/pending-sends.ts'
import { useRowHandlers } from './thread/use-row-handlers.ts'
import { NoModel } from './no-model.tsx'
import { lazyThread } from './thread/lazy-thread.ts'
import { QueueList } from './composer/queue-list.tsx'
import { useStopKey } from './composer/stop-key.ts'
import { StatusLine } from './status/status-line.tsx'
import { TitleBar } from './title-bar.tsx'
import { useChat } from './state/use-chat.ts'
import { chooseModel, useModels } from '../models/use-models.ts'
import { useOnline } from './state/use-online.ts'
import { useQueue } from './composer/use-queue.ts'

/** The page of a chat, or the start page, where a new chat begins. */
export function ChatPage({ chatId, user }: { chatId: string | null; user: UserView }): ReactNode {
  const { t } = useLingui()
  const actions = useChatActions()
  const open = useChat(chatId)
  const { models, problems, loading: modelsLoading } = useModels()
  const { data: preferences, isPending: preferencesLoading } = useQuery(operationQuery('getPreferences'))
  const [chosen, setChosen] = useState<Record<string, string>>({})
  const model = chooseModel(models, [
    chosen[open.key] ?? readDraft(open.key).model,
    open.chat?.model,
    preferences?.defaultModel,
  ])
  const queue = useQueue(chatId, open.last, open.running)
  const [failure, setFailure] = useState<{ key: string; error: unknown } | null>(null)
  const composer = useRef<ComposerHandle>(null)
  const focusComposer = (): void => composer.current?.focus()
  const empty = chatId === null && !open.pending
  const thread = useLazyIf(empty ? undefined : lazyThread)
  useEffect(() => onFirstInput(lazyThread.fetch), [])
  useGlide(() => composer.current?.element(), empty)

  useTabTitle(open.chat?.title, open.running)

  const fail = useCallback((key: string, error: unknown) => setFailure({ key, error }), [])
  const rows = useRowHandlers({ open, model, composer, fail })

  const send = (text: string): void => {
    if (model === null) return
    setFailure(null)
    const message: Outgoing = { text, model }
    if (open.running) {
      queue.add(message)
      return
    }
    actions.send(open.key, { parentId: open.last?.id ?? null, ...message }).catch((error: unknown) => {
      composer.current?.restore(text)
      fail(open.key, error)
    })
  }
  const stop = (): void => {
    // The stop button disappears and would take the focus with it.
    focusComposer()
    actions.stop(open.key, open.last?.runId ?? null).catch((error: unknown) => fail(open.key, error))
  }
  useStopKey(open.running && !open.stopping, stop)
  const choose = (id: string): void => {
    setChosen({ ...chosen, [open.key]: id })
    writeDraft(open.key, { model: id })
    focusComposer()
  }
  const online = useOnline()
  const blocked =
    online && model === null && !modelsLoading
      ? user.role === 'admin'
        ? t`No model is available. Check Administration → Connections.`
        : t`No model is available. Ask an administrator to connect one.`
      : null
  const shownFailure = failure?.key === open.key ? failure.error : (queue.error ?? null)

  return (
    <main id="main" className="group/page flex h-full min-w-0 flex-1 flex-col">
      <TitleBar chat={open.chat} model={model} onChooseModel={choose} onLeaveModels={focusComposer} />
      <Announcer running={open.running} status={open.last?.status} />
      {open.error && !open.chat ? (
        <NotOpened error={open.error} chatKey={open.key} />
      ) : empty ? (
        <Greeting name={user.name} />
      ) : open.loading || thread === undefined ? (
        <Opening online={online} />
      ) : (
        <thread.Thread
          key={threadNameOf(chatId, open.pending)}
          chat={open.chat}
          pending={open.pending}
          editing={rows.editing}
          handlers={rows.handlers}
        />
      )}
      <div
        {...belowToasts}
        className="relative mx-auto w-full max-w-[46rem] px-4 pb-[max(1.25rem,env(safe-area-inset-bottom))] before:pointer-events-none before:absolute before:inset-x-0 before:bottom-full before:h-8 before:bg-linear-to-t before:from-page before:to-transparent max-md:px-2 max-md:pb-[max(0.75rem,env(safe-area-inset-bottom))]"
      >
        <StatusLine
          runId={open.last?.runId ?? null}
          isAnswering={open.last?.status === 'running' && !open.stopping}
        />
        {shownFailure !== null && (
          <div className="pb-2">
            <ErrorNotice error={shownFailure} onRetry={queue.error ? queue.retry : undefined} />
          </div>
        )}
        <QueueList
          queue={queue.items}
          state={queue.state}
          onSendNow={(item) => void queue.sendNow(item).catch((error: unknown) => fail(open.key, error))}
          onEdit={(item) => {
            queue.remove(item)
            composer.current?.restore(item.text)
            focusComposer()
          }}
          onRemove={queue.remove}
        />
        <Composer
          ref={composer}
          chatKey={open.key}
          running={open.running}
          stopping={open.stopping}
          blocked={blocked}
          online={online}
          ready={(chatId === null || open.chat !== undefined) && !modelsLoading && !preferencesLoading}
          onSend={send}
          onStop={stop}
          onEditLast={rows.editLast}
        />
      </div>
      {empty && models.length > 0 && (
        <Suggestions demo={models.every((it) => it.demo)} onPick={(text) => composer.current?.fill(text)} />
      )}
      {empty && models.length === 0 && modelsLoading && <div className="flex-1 basis-0" />}
      {empty && models.length === 0 && !modelsLoading && (
        <NoModel admin={user.role === 'admin'} problems={problems} />
      )}
    </main>
  )
}

function Opening({ online }: { online: boolean }): ReactNode {
  const { t } = useLingui()
  return (
    <div className="flex-1">
      <Waiting
        label={
          online
            ? t`Opening the chat…`
            : t`This chat was not opened here recently. It opens when you’re online again.`
        }
      />
    </div>
  )
}

function NotOpened({ error, chatKey }: { error: Error; chatKey: string }): ReactNode {
  const queryClient = useQueryClient()
  return (
    <div className="mx-auto w-full max-w-measure flex-1 p-4">
      <ErrorNotice
        error={error}
        onRetry={() => void queryClient.invalidateQueries({ queryKey: keyOf(chatKey) })}
      />
    </div>
  )
}

/** Animates an element from its previous position to the new one (180 ms), unless the user prefers reduced motion. */
function useGlide(element: () => HTMLElement | null | undefined, place: unknown): void {
  const last = useRef<{ place: unknown; top: number } | null>(null)
  useLayoutEffect(() => {
    const it = element()
    if (!it) return
    const top = it.getBoundingClientRect().top
    const before = last.current
    last.current = { place, top }
    if (!before || before.place === place) return
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return
    it.animate([{ transform: `translateY(${before.top - top}px)` }, { transform: 'none' }], {
      duration: 180,
      easing: 'cubic-bezier(0.2, 0.8, 0.2, 1)',
    })
  })
}
