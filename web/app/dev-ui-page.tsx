import type { ReactNode } from 'react'
export function DevUiPage(): ReactNode {
  return null
}
