import { useState } from 'react'
import type { ReactNode } from 'react'
import { Trans } from '@lingui/react/macro'
import { Button } from '../ui/button.tsx'
import { copyText } from '../ui/copy-text.ts'

/** Shows a secret that cannot be shown again later. */
export function SecretOnce({
  label,
  secret,
  onDone,
}: {
  label: string
  secret: string
  onDone: () => void
}): ReactNode {
  const [copied, setCopied] = useState(false)
  return (
    <div className="flex flex-col gap-2 rounded-medium bg-accent-soft px-4 py-3">
      <p className="font-medium">{label}</p>
      <p className="font-mono text-small select-all [overflow-wrap:anywhere]">{secret}</p>
      <p className="text-small text-muted">
        <Trans>Copy it now. It won’t be shown again.</Trans>
      </p>
      <div className="flex flex-wrap items-center gap-2">
        <Button icon={copied ? 'check' : 'copy'} onClick={() => void copyText(secret).then(setCopied)}>
          {copied ? <Trans>Copied</Trans> : <Trans>Copy</Trans>}
        </Button>
        <Button look="plain" onClick={onDone}>
          <Trans>Done</Trans>
        </Button>
      </div>
    </div>
  )
}
