import { useState } from 'react'
import type { ReactNode } from 'react'
import { useMutation } from '@tanstack/react-query'
import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Button } from '../../ui/button.tsx'
import { ErrorNotice } from '../errors/error-notice.tsx'
import { Section } from '../pages/page.tsx'
import { call } from '../../api/call.ts'
import type { ResponseOf } from '../../../protocol/http/index.ts'
import { saveFile } from '../../ui/save-file.ts'

export function DataSection(): ReactNode {
  const { t } = useLingui()
  const [done, setDone] = useState(0)
  const save = useMutation({ mutationFn: () => exportChats(setDone) })
  return (
    <Section
      title={t`Data`}
      intro={t`Download all your chats, including every version of each message, as one JSON file.`}
    >
      <ErrorNotice error={save.error} onRetry={() => save.mutate()} />
      <div className="flex items-center gap-3">
        <Button busy={save.isPending} onClick={() => save.mutate()}>
          <Trans>Export chats</Trans>
        </Button>
        <output className="text-small text-muted">
          {save.isPending && (
            <Plural value={done} one="Exporting… # chat so far" other="Exporting… # chats so far" />
          )}
          {save.isSuccess && <Plural value={done} one="# chat exported" other="# chats exported" />}
        </output>
      </div>
    </Section>
  )
}

/** Downloads every chat into one JSON file. `onProgress` receives the number of chats read so far. */
async function exportChats(onProgress: (done: number) => void): Promise<void> {
  const chats: ResponseOf<'getChat'>[] = []
  onProgress(0)
  for (const archived of ['false', 'true'] as const) {
    let cursor: string | null = null
    do {
      const query: { archived: 'false' | 'true'; limit: number; cursor?: string } = { archived, limit: 100 }
      if (cursor !== null) query.cursor = cursor
      const page: ResponseOf<'listChats'> = await call('listChats', { query })
      for (const { id } of page.items) {
        chats.push(await call('getChat', { params: { id } }))
        onProgress(chats.length)
      }
      cursor = page.next
    } while (cursor !== null)
  }
  saveFile('shoal-chats.json', 'application/json', JSON.stringify({ chats }, null, 2))
}
