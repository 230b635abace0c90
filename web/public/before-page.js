// Runs before the first paint, in every browser, so without any newer syntax.
;(function () {
  var root = document.documentElement
  // So that the page never flashes in the wrong theme.
  try {
    var theme = localStorage.getItem('shoal' + (root.getAttribute('data-base') || '') + ':theme')
    if (theme === 'light' || theme === 'dark') root.setAttribute('data-theme', theme)
    // oxlint-disable-next-line no-unused-vars -- `catch` without a name is newer syntax
  } catch (error) {
    // Storage is refused: the system’s theme is used.
  }

  // Where the page cannot run, a sentence says so. The list has what the page uses and what came last: Chrome 123,
  // Firefox 128, Safari 17.5.
  var supported = false
  try {
    supported =
      'noModule' in document.createElement('script') &&
      'popover' in HTMLElement.prototype &&
      'any' in AbortSignal &&
      'registerProperty' in CSS &&
      CSS.supports('color', 'light-dark(red, blue)') &&
      CSS.supports('selector(:has(a))')
    // oxlint-disable-next-line no-unused-vars -- `catch` without a name is newer syntax
  } catch (error) {
    // One of the names is unknown.
  }
  if (!supported) {
    document.addEventListener('DOMContentLoaded', function () {
      document.getElementById('old-browser').removeAttribute('hidden')
    })
  }
})()
