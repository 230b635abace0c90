import { useCallback } from 'react'
import { useNavigate } from '@tanstack/react-router'

/** Opens the place where a chat begins. */
export function useNewChat(): () => void {
  const navigate = useNavigate()
  return useCallback(() => void navigate({ to: '/' }), [navigate])
}
