import { useState } from 'react'
import type { ReactNode } from 'react'
import { useMutation } from '@tanstack/react-query'
import { Trans, useLingui } from '@lingui/react/macro'
import { download } from '../../api/download.ts'
import { Button } from '../../ui/button.tsx'
import { saveFile } from '../../ui/save-file.ts'
import { ErrorNotice } from '../errors/error-notice.tsx'
import { Section } from '../pages/page.tsx'

export function DataSection(): ReactNode {
  const { t, i18n } = useLingui()
  const [bytes, setBytes] = useState(0)
  const save = useMutation({
    async mutationFn() {
      setBytes(0)
      saveFile('shoal-chats.json', await download('exportChats', {}, setBytes))
    },
  })
  const isSmall = bytes < 1_000_000
  const size = i18n.number(isSmall ? Math.ceil(bytes / 1000) : bytes / 1_000_000, {
    style: 'unit',
    unit: isSmall ? 'kilobyte' : 'megabyte',
    maximumFractionDigits: 1,
  })
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
          {save.isPending && t`Exporting… ${size} so far`}
          {save.isSuccess && t`Chats exported, ${size}`}
        </output>
      </div>
    </Section>
  )
}
