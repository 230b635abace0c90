import { useState } from 'react'
import type { ReactNode } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { call } from '../../api/call.ts'
import { operationKey, operationQuery } from '../../api/operation-query.ts'
import { Button } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import type { IconName } from '../../ui/icon.tsx'
import { ConnectionForm } from '../admin/connection-form.tsx'
import { ErrorNotice } from '../errors/error-notice.tsx'

/** Shown after the first sign-up. It offers three ways to connect a model; each of them leads to the composer. */
export function FirstRunPage({ onDone }: { onDone: () => void }): ReactNode {
  const { t } = useLingui()
  const queryClient = useQueryClient()
  const [provider, setProvider] = useState(false)
  const done = (): void => {
    void queryClient.invalidateQueries({ queryKey: operationKey('listModels') })
    void queryClient.invalidateQueries({ queryKey: operationKey('listConnections') })
    onDone()
  }
  return (
    <main className="flex h-full flex-col items-center overflow-y-auto px-5 py-10">
      <div className="my-auto flex w-full max-w-120 flex-col gap-6">
        <header className="flex flex-col gap-2">
          <h1 className="text-greeting font-semibold tracking-tight">
            <Trans>Connect a model</Trans>
          </h1>
          <p className="text-muted">
            <Trans>Choose how to start. You can change this later under Administration → Connections.</Trans>
          </p>
        </header>
        <div className="flex flex-col gap-3">
          <FirstRunOption
            icon="plug"
            title={t`Model provider`}
            text={t`OpenAI, or any service with an OpenAI-compatible API, such as vLLM, LM Studio or OpenRouter.`}
          >
            {provider ? (
              <ConnectionForm
                connection={null}
                kind="openai"
                saveLabel={t`Connect`}
                onSaved={done}
                onCancel={() => setProvider(false)}
              />
            ) : (
              <div>
                <Button look="primary" onClick={() => setProvider(true)}>
                  <Trans>Enter address and key</Trans>
                </Button>
              </div>
            )}
          </FirstRunOption>
          <OllamaOption onDone={done} />
          <FirstRunOption
            icon="onward"
            title={t`The demo model`}
            text={t`A built-in model with prepared answers. Use it to look around right away.`}
          >
            <div>
              <Button onClick={done}>
                <Trans>Try the demo model</Trans>
              </Button>
            </div>
          </FirstRunOption>
        </div>
      </div>
    </main>
  )
}

function FirstRunOption({
  icon,
  title,
  text,
  children,
}: {
  icon: IconName
  title: string
  text: ReactNode
  children: ReactNode
}): ReactNode {
  return (
    <section
      aria-label={title}
      className="flex flex-col gap-3 rounded-large border border-border bg-raised px-5 py-4 shadow-raised"
    >
      <div className="flex gap-3">
        <span className="text-accent">
          <Icon name={icon} />
        </span>
        <div className="flex flex-col gap-0.5">
          <h2 className="font-semibold">{title}</h2>
          <p className="text-muted [overflow-wrap:anywhere]">{text}</p>
        </div>
      </div>
      <div className="flex flex-col pl-8 max-sm:pl-0">{children}</div>
    </section>
  )
}

function OllamaOption({ onDone }: { onDone: () => void }): ReactNode {
  const { t } = useLingui()
  const search = useQuery({ ...operationQuery('discoverOllama'), staleTime: 0 })
  const connect = useMutation({
    mutationFn: (baseUrl: string) =>
      call('createConnection', { body: { kind: 'ollama', name: 'Ollama', baseUrl } }),
    onSuccess: onDone,
  })
  const found = search.data
  const text = search.isPending
    ? t`Looking for Ollama on the server…`
    : found?.found
      ? t`Found on the server at ${found.baseUrl}.`
      : t`Not found on the server. Start Ollama and check again, or add its address under Administration → Connections.`
  return (
    <FirstRunOption icon="instances" title="Ollama" text={text}>
      <div className="flex flex-col gap-3">
        <ErrorNotice error={search.error ?? connect.error} />
        {found?.found && found.models.length > 0 && (
          <p className="max-h-24 overflow-y-auto text-small text-muted [overflow-wrap:anywhere]">
            <Plural value={found.models.length} one="# model" other="# models" />: {found.models.join(', ')}
          </p>
        )}
        {found?.found && found.models.length === 0 && (
          <p className="text-small text-muted">
            <Trans>Ollama has no models yet. Download one, for example with “ollama pull llama3.2”.</Trans>
          </p>
        )}
        {!search.isPending && (
          <div>
            {found?.found ? (
              <Button busy={connect.isPending} onClick={() => connect.mutate(found.baseUrl)}>
                <Trans>Use Ollama</Trans>
              </Button>
            ) : (
              <Button busy={search.isFetching} onClick={() => void search.refetch()}>
                <Trans>Check again</Trans>
              </Button>
            )}
          </div>
        )}
      </div>
    </FirstRunOption>
  )
}
