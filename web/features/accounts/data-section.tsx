import { useState } from 'react'
import type { ReactNode } from 'react'
import { useMutation } from '@tanstack/react-query'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '../../ui/button.tsx'
import { ErrorNotice } from '../errors/error-notice.tsx'
import { Section } from '../pages/page.tsx'
import { exportChats } from './export-chats.ts'

export function DataSection(): ReactNode {
  const { t } = useLingui()
  const [done, setDone] = useState(0)
  const save = useMutation({ mutationFn: () => exportChats(setDone) })
  return (
    <Section title={t`Data`} intro={t`All your chats with every branch, as one JSON file.`}>
      <ErrorNotice error={save.error} onRetry={() => save.mutate()} />
      <div className="flex items-center gap-3">
        <Button busy={save.isPending} onClick={() => save.mutate()}>
          <Trans>Export chats</Trans>
        </Button>
        <output className="text-small text-muted">
          {save.isPending && <Trans>{done} chats read…</Trans>}
          {save.isSuccess && <Trans>{done} chats saved</Trans>}
        </output>
      </div>
    </Section>
  )
}
