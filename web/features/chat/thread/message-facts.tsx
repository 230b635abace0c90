import type { ReactNode } from 'react'
import { useLingui } from '@lingui/react/macro'
import type { MessageView } from '../../../../protocol/http/chats.ts'
import { useModels } from '../../models/use-models.ts'

/** The model, time and token count of an answer, in one muted line. */
export function MessageFacts({ message, time }: { message: MessageView; time: string }): ReactNode {
  const { t, i18n } = useLingui()
  const { models } = useModels()
  const tokens = message.usage?.completionTokens
  const facts = [
    models.find((it) => it.id === message.model)?.name ?? message.model,
    time,
    tokens === undefined ? null : t`${i18n.number(tokens)} tokens`,
  ]
  return <span className="ml-1.5 min-w-0 [overflow-wrap:anywhere]">{facts.filter(Boolean).join(' · ')}</span>
}
