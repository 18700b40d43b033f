// Everything here is a help, never a need: each page works without scripts.
import { initAll } from './govuk.js'

initAll()

// A second press of the same button within the guard time sends nothing; the server refuses doubles as well.
const GUARD = 5000
for (const form of document.querySelectorAll('form[data-app-once]')) {
  let sent = false
  form.addEventListener('submit', (event) => {
    if (sent) {
      event.preventDefault()
      return
    }
    sent = true
    setTimeout(() => { sent = false }, GUARD)
  })
}

// A page shown again from the browser's memory must accept its buttons again.
window.addEventListener('pageshow', (event) => {
  if (event.persisted) window.location.reload()
})
