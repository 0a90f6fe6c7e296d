// Runs before the first paint, so that a dark or large page never flashes light or small.
(function (root) {
  var theme, size, language
  try {
    theme = localStorage.getItem('liandong.theme')
    size = localStorage.getItem('liandong.size')
    language = localStorage.getItem('liandong.language')
  } catch (blocked) {
    theme = size = language = null
  }
  var dark = theme ? theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
  root.dataset.theme = dark ? 'dark' : 'light'
  if (size === 'large') root.dataset.size = 'large'
  if (language === 'en') root.lang = 'en'
})(document.documentElement)
