import { useMemo } from 'react'
import type { ReactNode } from 'react'
import { useLingui } from '@lingui/react/macro'
import '../../../ui/markdown/markdown.css'
import { StreamedAnswer } from '../../../ui/stream/streamed-answer.tsx'
import type { AnswerLabels } from '../../../ui/stream/streamed-answer.tsx'
import type { StreamedText } from '../../../ui/stream/streamed-text.ts'

/** The text of an answer: streamed while it is written, else as stored by the server. */
export function AnswerText({
  source,
  streaming,
  awaiting,
  startedAt,
  reasoningMs,
  provider,
}: {
  source: StreamedText | string
  streaming: boolean
  /** Whether no words can arrive at the moment. */
  awaiting: boolean
  startedAt: number
  reasoningMs: number | undefined
  /** The connection of the model, if it is known. */
  provider: string | undefined
}): ReactNode {
  const labels = useAnswerLabels(provider)
  return (
    <StreamedAnswer
      source={source}
      streaming={streaming}
      link={awaiting ? 'moving' : 'live'}
      since={startedAt}
      reasoningMs={reasoningMs}
      labels={labels}
    />
  )
}

/** After this time without a word, the label says whom the answer waits for, s. */
const namedAfterSeconds = 15

/** The texts of the renderer in the user’s language. `provider` is named if it is silent for long. */
export function useAnswerLabels(provider?: string): AnswerLabels {
  const { t } = useLingui()
  return useMemo(
    () => ({
      copy: t`Copy`,
      copied: t`Copied`,
      copyFailed: t`Press Ctrl+C`,
      code: (language) => (language === '' ? t`Code` : t`Code, ${language}`),
      table: t`Table`,
      saveCsv: t`Save as CSV`,
      showRows: (hidden, total) => t`Show ${hidden} more of ${total} rows`,
      formula: t`Formula`,
      taskDone: t`Done`,
      taskOpen: t`Not done`,
      image: t`Image`,
      waiting: (seconds) =>
        seconds === undefined
          ? t`Waiting for the model`
          : provider !== undefined && seconds >= namedAfterSeconds
            ? t`Waiting for ${provider} · ${seconds} s`
            : t`Waiting for the model · ${seconds} s`,
      callouts: {
        note: t`Note`,
        tip: t`Tip`,
        important: t`Important`,
        warning: t`Warning`,
        caution: t`Caution`,
      },
      footnote: (label) => t`Footnote ${label}`,
      backToText: t`Back to the text`,
      details: t`Details`,
      wrapLines: t`Wrap lines`,
      saveCode: t`Download`,
      fullScreen: t`Full screen`,
      close: t`Close`,
      thinking: (seconds) => (seconds === undefined ? t`Thinking` : t`Thinking · ${seconds} s`),
      thought: (seconds) => (seconds === undefined ? t`Thought` : t`Thought for ${seconds} s`),
    }),
    [t, provider],
  )
}
