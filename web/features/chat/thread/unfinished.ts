import type { MessageView } from '../../../../protocol/http/chats.ts'

/** Whether the answer ended early and can be continued. A failed one can, if it has text. */
export function isUnfinished({ status, finishReason, text }: MessageView): boolean {
  if (status === 'failed') return text.trim() !== ''
  return status === 'stopped' || status === 'interrupted' || isCut({ status, finishReason })
}

/** Whether a length limit of the model or its provider ended the answer. */
export function isCut({ status, finishReason }: Pick<MessageView, 'status' | 'finishReason'>): boolean {
  return status === 'done' && finishReason === 'length'
}
