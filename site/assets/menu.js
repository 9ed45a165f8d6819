// The list of pages is open where there is room for it beside the text.
const wide = matchMedia('(min-width: 56rem)')
const menu = document.getElementById('menu')
const place = () => {
  menu.open = wide.matches
}
wide.addEventListener('change', place)
place()
menu.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' })
scrollTo(0, location.hash === '' ? 0 : scrollY)
