import type { ReactNode } from 'react'
import { useLingui } from '@lingui/react/macro'
import { limits } from '../../../../protocol/limits.ts'
import type { RefusedFile } from './use-text-files.ts'

export const maxText = limits.messageText

/** Shows why the message cannot be sent, or why a file could not be added to it. */
export function FieldProblem({
  length,
  refused,
  blocked,
}: {
  length: number
  refused: RefusedFile | null
  blocked: string | null
}): ReactNode {
  const { t } = useLingui()
  const problem =
    length > maxText
      ? t`Your message is too long: ${length} characters, but at most ${maxText} are allowed. Shorten it to send it.`
      : refused !== null
        ? {
            'not-text': t`${refused.name} is not a text file. You can only add text files.`,
            'too-large': t`${refused.name} is too large for a message. Choose a smaller file.`,
            unreadable: t`${refused.name} could not be read. Check that it is a file and still exists.`,
          }[refused.why]
        : blocked
  if (problem === null) return null
  return (
    <p role="alert" className="px-4 pb-2 text-small text-danger [overflow-wrap:anywhere]">
      {problem}
    </p>
  )
}
