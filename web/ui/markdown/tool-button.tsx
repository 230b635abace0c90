import type { ReactNode } from 'react'

/** Drawn like the icons of the page, but loaded with the thread. */
const strokes = {
  wrap: 'M3 5h14M3 10h11a2.5 2.5 0 0 1 0 5h-3M12.5 13l-2 2 2 2M3 15h4',
  save: 'M10 3v9M6 8.5l4 4 4-4M4 16h12',
  expand: 'M12 4h4v4M8 16H4v-4M16 4l-4.5 4.5M4 16l4.5-4.5',
}

/** A button with an icon at a block of code or a table. `pressed`: the state of a button that switches something. */
export function ToolButton({
  icon,
  label,
  pressed,
  onClick,
}: {
  icon: keyof typeof strokes
  label: string
  pressed?: boolean
  onClick: () => void
}): ReactNode {
  return (
    <button
      type="button"
      className="md-tool"
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      onClick={onClick}
    >
      <svg width={18} height={18} viewBox="0 0 20 20" aria-hidden="true">
        <path d={strokes[icon]} />
      </svg>
    </button>
  )
}
