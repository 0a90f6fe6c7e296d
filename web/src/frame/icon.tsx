/** A picture from the sprite in the page. With a label it stands for a mark, without one it accompanies words. */
export function Icon({ name, label }: { name: string; label?: string }) {
  return (
    <svg class="i" {...(label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': 'true' })}>
      <use href={`#i-${name}`} />
    </svg>
  )
}
