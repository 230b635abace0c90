import type { ReactNode } from 'react'
import { useLingui } from '@lingui/react/macro'
import type { limits } from '../../../../protocol/ids.ts'
import type { RefusedFile } from './use-text-files.ts'

export const mostText: (typeof limits)['messageText'] = 400_000

/** Why what is in the field cannot be sent, or a file could not go into it. */
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
    length > mostText
      ? t`Too long: ${length} of at most ${mostText} characters.`
      : refused !== null
        ? {
            'not-text': t`${refused.name} is not a text file. Only text can go into a message.`,
            'too-large': t`${refused.name} holds more than a message may.`,
            unreadable: t`${refused.name} could not be read.`,
          }[refused.why]
        : blocked
  if (problem === null) return null
  return (
    <p role="alert" className="px-4 pb-2 text-small text-danger [overflow-wrap:anywhere]">
      {problem}
    </p>
  )
}
