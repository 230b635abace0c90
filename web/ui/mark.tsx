import type { ReactNode } from 'react'

const fish = (
  <>
    <path d="M3 21C8 9 18 6 29 15" />
    <path d="M3 11C8 24 18 26 29 15" />
    <path d="M22.4 14.6v.01" />
  </>
)

/** The logo: a fish of three strokes. */
export function Fish({ size = 28 }: { size?: number }): ReactNode {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" {...pen} aria-hidden="true">
      {fish}
    </svg>
  )
}

/** The large logo: three fish. */
export function Shoal({ size = 72 }: { size?: number }): ReactNode {
  return (
    <svg width={size} height={size * 0.75} viewBox="0 0 64 48" {...pen} aria-hidden="true">
      <g transform="translate(30 8)">{fish}</g>
      <g transform="translate(6 0) scale(0.68)" opacity="0.6">
        {fish}
      </g>
      <g transform="translate(9 26) scale(0.62)" opacity="0.45">
        {fish}
      </g>
    </svg>
  )
}

const pen = {
  fill: 'none',
  stroke: 'currentColor',
  strokeWidth: 2.4,
  strokeLinecap: 'round',
  strokeLinejoin: 'round',
  className: 'text-accent',
} as const
