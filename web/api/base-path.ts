/**
 * The path below which this page is served, without a slash at its end: empty, or what WEBUI_BASE_PATH says. The server
 * writes it into the page, since the page's files are the same everywhere.
 */
const basePath: string =
  typeof document === 'undefined' ? '' : (document.documentElement.dataset['base'] ?? '')

/** An address of the server or the page, as the browser has to ask for it. */
export function withBase(path: string): string {
  return basePath + path
}

/** The part of the browser's path that the page's routes know. */
export function withoutBase(path: string): string {
  if (basePath === '' || !`${path}/`.startsWith(`${basePath}/`)) return path
  return path.slice(basePath.length) || '/'
}

/** Begins the name of everything that the browser keeps: two installations may share an origin. */
export const storagePrefix = `shoal${basePath}:`
