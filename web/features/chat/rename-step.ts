/**
 * What to do when the user confirms the field for a new title, cancels it or moves on to something else. An empty title
 * or the old one changes nothing. After a failed attempt, moving on gives up; otherwise it saves, so that no typed
 * title is lost.
 */
export function renameStep(
  trigger: 'confirmed' | 'cancelled' | 'left',
  { title, before, failed }: { title: string; before: string; failed: boolean },
): 'save' | 'cancel' {
  const wanted = title.trim()
  if (trigger === 'cancelled' || wanted === '' || wanted === before) return 'cancel'
  return trigger === 'left' && failed ? 'cancel' : 'save'
}
