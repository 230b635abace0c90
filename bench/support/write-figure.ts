/** Formats µs with as many digits as are significant. */
export function micros(value: number): string {
  return `${value < 100 ? value.toFixed(1) : value.toFixed(0)} µs`
}

export function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`
}
